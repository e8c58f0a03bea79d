# A part of a directory: only it is fetched and made.
git init -q one && cd one && mlv init -q && mkdir ../store && mlv remote add -q -d store ../store
mkdir -p data/a data/b && echo 1 >data/a/1 && echo 2 >data/b/2 && echo other >other
mlv add -q data other && git add . && git commit -qm one && mlv push -q
cd .. && git clone -q one two && cd two && mlv remote trust -q store
mlv pull data/a
find . -type f | grep -v '/\.' | LC_ALL=C sort
cd data && mlv pull b/2
find . -type f | LC_ALL=C sort
