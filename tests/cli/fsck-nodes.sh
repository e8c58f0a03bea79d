# A lost manifest is made anew from the directory, and what lies below it is checked as well.
git init -q && mlv init -q && mlv config cache.small loose
mkdir data && for i in $(seq 600); do echo "$i" >data/file-$i; done
mlv add -q data
nodes=.mlv/cache/nodes
cp -a $nodes kept && rm -rf $nodes/*
echo 17 | sha256sum | cut -c1-2 >at
rm -rf .mlv/cache/objects/$(cat at)
mlv fsck >out
echo "status $?"
grep -c missing: out
mlv fsck --repair | grep -v '^ '| sed 's/node [0-9a-f]*/node/; s/object [0-9a-f]*/object/' | sort | uniq -c | sed 's/^ *//'
diff -r kept $nodes && mlv fsck
