# dir/ is dir; files and bytes are counted; the id does not depend on threads or order of making.
git init -q && mlv init -q
mkdir -p d/sub d/empty e/empty
for n in 3 1 2; do echo $n >d/$n; echo $n >d/sub/$n; done
for n in 2 3 1; do mkdir -p e/sub; echo $n >e/sub/$n; echo $n >e/$n; done
ln -s ../nowhere d/link; ln -s ../nowhere e/link
mlv -j 1 add d/
mlv -j 8 add e
cat d.mlv
sed 's/: e/: d/' e.mlv | cmp - d.mlv
touch d/1
mlv add d
