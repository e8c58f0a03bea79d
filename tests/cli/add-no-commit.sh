# --no-commit writes the pointer alone; commit stores later.
git init -q && mlv init -q
mkdir d && echo 1 >d/1 && echo x >x
mlv add --no-commit x d
cat x.mlv
find .mlv/cache/objects .mlv/cache/nodes -type f 2>/dev/null | wc -l
mlv commit
find .mlv/cache/objects .mlv/cache/nodes -type f | wc -l
mlv add x d
