# What git tracks is refused, with the recipe; nothing is written.
git init -q && mlv init -q
mkdir d && echo x >d/code.py && echo y >'a b'
git add d 'a b' && git commit -qm code
for t in d d/code.py 'a b'; do mlv add "$t"; echo $?; done
ls -A d
git status --short
