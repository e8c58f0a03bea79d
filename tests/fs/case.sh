# Run on a file system that can tell A from a or not, by tests/fs/run.
mkdir folds && chattr +F folds
git init -q one && cd one && mlv init -q
mkdir data && echo upper >data/A.csv && echo lower >data/a.csv
mlv add -q data && mlv remote add -q -d store ../store && git add -A && git commit -qm one && mlv push -q
cd ../folds && git clone -q ../one two && cd two && mlv remote trust -q store

echo "== two names that are one here are refused, before anything is written"
status=0
mlv pull 2>said || status=$?
[ $status = 7 ]
grep -q 'A.csv' said && grep -q 'a.csv' said
[ ! -e data ]
