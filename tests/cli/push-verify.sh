# What lies at a remote with the right length and wrong bytes is found by reading it, and mended.
git init -q && mlv init -q && mlv remote add -q -d store store
mkdir d
for i in $(seq 40); do echo "file $i" >d/$i; done
yes medium | head -c 300000 >d/medium
yes large | head -c 17000000 >d/large
mlv add -q d
mlv push --verify
# flip FILE OFFSET: other bytes there.
flip() {
	chmod u+w "$1"
	printf '\377\376' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
flip store/packs/d-*.pack 60
flip "$(find store/large -type f ! -name '*.leaves')" 16999000
flip "$(find store/objects -type f)" 1000
mlv push
mlv push --verify 2>err
echo "status $?"
sed 's/\(corrupt: d.[^0-9:]*\)[0-9]*:.*/\1 .../' err
mlv status -c --verify | tr -d 0-9
# Without its table nothing in a pack is found.
flip store/packs/d-*.idx 100
mlv status -c --verify | grep -c damaged
mlv status -c --verify >/dev/null 2>&1
echo "status $?"
mlv push --json --verify 2>/dev/null | tr ',' '\n' | grep -c '"at": "remote"'

# A good copy of one is in the work tree alone.
chmod -R u+w .mlv/cache
rm "$(find .mlv/cache/objects -type f -size +100k)"
mlv push --repair | grep -v 'd/[0-9]'
mlv push --verify && mlv status -c --verify
rm -rf d .mlv/cache && mlv pull && mlv status

# Where there is no good copy, that is told, and what had one is mended all the same.
rm -rf store && mlv push -q
flip "$(find store/objects -type f)" 1000
flip store/packs/d-*.pack 60
chmod -R u+w .mlv/cache && rm "$(find .mlv/cache/objects -type f -size +100k)" d/medium
mlv push --repair | grep -v 'd/[0-9]'
mlv push --repair >/dev/null 2>&1
echo "status $?"
