# A file or folder of a tracked directory alone; a pointer; a directory above outputs.
git init -q && mlv init -q
mkdir -p top/data/sub && echo 1 >top/data/sub/a && echo 2 >top/data/b && echo 3 >top/c
mlv add -q top/data top/c && rm -r top/data top/c
mlv checkout top/data/sub && find top -type f ! -name '*.mlv' ! -name .gitignore | sort
mlv checkout top/data/b
mlv checkout top/c.mlv
rm -r top/data && cd top && mlv checkout . && cd ..
mlv checkout top/data/nothing; echo "status $?"
mlv checkout top/dat; echo "status $?"
mlv checkout main; echo "status $?"
git add -A && git commit -qm 1 && mlv checkout main; echo "status $?"
