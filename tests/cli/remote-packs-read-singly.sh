# What lies at a remote in packs is read one by one by who wants one, and checked by fsck.
git init -q && mlv init -q && mkdir -p data store && mlv remote add -q -d store store
i=0
while [ $i -lt 60 ]; do
	echo "file $i" >data/$i
	i=$((i + 1))
done
mlv add -q data
mlv push
ls store/packs | sed 's/-[0-9a-f]*/-ID/'
rm -rf .mlv/cache .mlv/state
mlv cat data/17
mlv fsck -r store
for pack in store/packs/d-*.pack; do
	chmod u+w "$pack" && printf x | dd of="$pack" bs=1 seek=50 conv=notrunc 2>/dev/null
done
mlv fsck -r store >found
echo $?
sed 's/d-[0-9a-f]*/d-ID/' found
# A good copy beside the pack is enough.
mlv fetch -q 2>/dev/null
mlv add -q data
mlv fsck -r store --repair >/dev/null
mlv fsck -r store
rm -rf .mlv/cache .mlv/state
mlv fetch
