# Two revisions, by pointers and manifests alone: nothing need be checked out.
git init -q && mlv init -q
mkdir data && echo 1 >data/a && echo 2 >data/b && echo file >file && mlv add -q data file
git add -A && git commit -qm one
echo 3 >data/b && echo 4 >data/c && mv file moved && rm file.mlv && mlv add -q data moved
git add -A && git commit -qm two && rm -r data moved
mlv diff HEAD~1 HEAD
mlv diff HEAD~1 HEAD --json --show-hash
mlv diff HEAD~1 HEAD --md
mlv diff HEAD HEAD~1 --show-hash --targets data
mlv diff HEAD HEAD
mlv diff nothing; echo "status $?"
rm -rf .mlv/cache/nodes && mlv diff HEAD~1 HEAD && echo -- && mlv diff --hide-missing HEAD~1 HEAD
