# Good copies come from the work tree, from the file itself for a leaf list, and from a remote; nothing else is taken.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir data && echo one >data/one && echo two >data/two && ln -s one data/link
yes 123456789012345 | head -c 17000000 >big
mlv add -q data big && mlv push -q
cp -a .mlv/cache kept
objects=.mlv/cache/objects large=.mlv/cache/large
damage() { chmod +w "$@" && for f; do printf X | dd of="$f" conv=notrunc bs=1 seek=1 2>/dev/null; done; }

echo "- from the work tree"
damage $(find $objects -type f) && rm -f $large/*/*.leaves
mlv fsck --repair
echo "status $?"
diff -r kept .mlv/cache && mlv fsck

echo "- the work tree has something else: from the remote"
mkdir away && mv data/* big away && echo changed >data/two
damage $(find .mlv/cache/nodes $large -type f) && rm -f $objects/27/*
mlv fsck --repair
echo "status $?"
diff -r kept .mlv/cache && mlv fsck

echo "- nor has the remote"
mv store gone && damage $objects/27/*
mlv fsck --repair
echo "status $?"
