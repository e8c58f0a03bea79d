# A remote is read and hashed; good copies are sent from the cache.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir data && echo one >data/one && echo two >data/two && yes 123456789012345 | head -c 17000000 >big
mlv add -q data big && git add -A && git commit -qm one
mlv fsck -r store
echo "status $?"
mlv push -q
mlv fsck -r store
cp -a store kept
for f in $(find store/objects/27* store/large/* -type f ! -name '*.leaves'); do
	chmod +w "$f" && printf X | dd of="$f" conv=notrunc bs=1 seek=1 2>/dev/null
done
rm -rf store/nodes/*
mlv fsck -r store --repair | sed "s/$(git rev-parse --short=12 HEAD)/COMMIT/"
diff -r kept store && mlv fsck -r store
mlv fsck -r stroe
