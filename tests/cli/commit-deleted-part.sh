# What was deleted inside a tracked directory leaves its manifest, whatever else of it is here.
git init -q && mlv init -q
mkdir -p d/sub/deep d/other
echo 1 >d/sub/one; echo 2 >d/sub/two; echo 3 >d/sub/deep/three; echo 4 >d/other/four; echo 5 >d/five
mlv add -q d
rm d/sub/one
mlv commit d/sub/one; echo "exit $?"
mlv commit -f d/sub/one
mlv status

echo "- a directory that is left empty is one"
rm -r d/sub/two d/sub/deep/three
mlv commit -f d/sub/two d/sub/deep/three
mlv status
cp d.mlv before && mlv add d && cmp before d.mlv

echo "- a file with a directory above it, and a directory that became a file"
rm -r d/other d/sub/deep; echo file >d/sub/deep
mlv commit -f d/other/four d/sub/deep/three d/sub/deep
mlv status
grep -E 'size|nfiles' d.mlv

echo "- of a directory that is not here at all"
rm -r d
mlv --json commit -f d/five | sed 's/[0-9a-f]\{64\}/ID/'
mlv checkout -q && find d | sort

echo "- what is not tracked either, and a whole output"
mlv commit -f d/none; echo "exit $?"
rm -r d
mlv commit -f d; echo "exit $?"
