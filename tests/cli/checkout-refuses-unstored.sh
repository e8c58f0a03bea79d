# What is not stored is neither overwritten nor deleted without -f, and then nothing at all is done.
git init -q && mlv init -q
mkdir data && echo 1 >data/a && echo 2 >data/b && echo 3 >file
mlv add -q data file
echo mine >data/a && echo new >data/new && rm file
mlv checkout; echo "status $?"
cat data/a data/new; ls file 2>/dev/null
mlv checkout -f; echo "status $?"
cat data/a file; ls data
# Stored bytes may go without being asked.
echo other >file && mlv add -q file && git init -q && echo 3 >file && mlv add -q file
cp file.mlv keep && echo other >file && mlv add -q file && cp keep file.mlv
mlv checkout && cat file
