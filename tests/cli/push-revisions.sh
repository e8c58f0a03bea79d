# -a, -T and -A widen what is meant to branches, tags and all that they reach.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
save() { echo "$1" >f && mlv add -q f && git add f.mlv .gitignore && git commit -qm "$1"; }
save first
save second
git tag v2
save third
git checkout -q -b side
save fourth
git checkout -q main
mlv push
mlv push -T
mlv push -a
mlv push -A
mlv push -A
git rm -q --cached f.mlv && rm f.mlv
mlv push f
echo "status $?"
mlv push -a f
rm -r .mlv/cache
mlv fetch -A
