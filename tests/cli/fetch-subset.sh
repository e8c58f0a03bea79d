# A part of a directory brings what lies in it, and no more.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir -p data/a data/ab data/b && echo 1 >data/a/1 && echo 2 >data/a/2 && echo 3 >data/ab/3 && echo 4 >data/b/4
mlv add -q data && mlv push -q
rm -r .mlv/cache
mlv fetch data/a
find .mlv/cache/objects -type f | wc -l
mlv fetch data/b/4
(cd data && mlv fetch ab)
mlv fetch
mlv fetch data/c
echo "status $?"
