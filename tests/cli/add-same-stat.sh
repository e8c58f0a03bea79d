# A change that keeps size and mtime, right after add, is seen.
git init -q && mlv init -q
mkdir d && echo 1 >d/x
mlv add d
touch -r d/x ref
echo 2 >d/x
touch -r ref d/x
mlv add d
mlv add d
