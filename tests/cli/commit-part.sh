# A path inside a tracked directory.
git init -q && mlv init -q
mkdir -p d/a d/b && echo 1 >d/a/x && echo 1 >d/b/x
mlv add -q d
echo 22 >d/a/x; echo 333 >d/b/x
mlv commit -f d/a
grep size d.mlv
mlv --json commit -f d/b | sed 's/[0-9a-f]\{64\}/ID/'
