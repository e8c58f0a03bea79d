# A path inside a tracked directory brings the directory's pointer up to date, whatever else is there.
git init -q && mlv init -q
mkdir -p d/sub
echo 1 >d/one; echo 2 >d/sub/two; echo 3 >d/three
mlv add d
cp d.mlv whole
rm -r d/one d/three
echo 22 >d/sub/two
mlv add d/sub
ls
grep nfiles d.mlv
mkdir d/new && echo 4 >d/new/four
mlv add d/new/four d/sub/two
echo 1 >d/one; echo 3 >d/three
mlv add d
echo 2 >d/sub/two; rm -r d/new
mlv add d
cmp d.mlv whole
rm -r d/sub; echo flat >d/sub
mlv add d/sub
mlv add d
