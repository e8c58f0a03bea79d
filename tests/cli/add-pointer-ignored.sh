# Git would ignore the pointer: an error before any work.
git init -q && mlv init -q
echo '*.mlv' >.gitignore
echo x >x
mlv add x; echo $?
ls
find .mlv/cache -type f 2>/dev/null | wc -l
