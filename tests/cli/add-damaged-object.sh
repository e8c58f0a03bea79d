# A damaged object of the cache, its length kept, is replaced by the sound bytes that are added again.
git init -q && mlv init -q
mkdir d && echo 1 >d/x && echo two >f
head -c 16777300 /dev/zero >large
mlv add -q d f large
for object in $(find .mlv/cache/objects .mlv/cache/large .mlv/cache/nodes -type f); do
	cp "$object" "sound-$(basename "$object")"
	chmod u+w "$object"
	printf '\377' | dd of="$object" bs=1 seek=1 conv=notrunc status=none
	! cmp -s "$object" "sound-$(basename "$object")" || echo "not damaged: $object"
done
rm -r .mlv/state
mlv add d f large
ls sound-* | wc -l
for object in $(find .mlv/cache/objects .mlv/cache/large .mlv/cache/nodes -type f); do
	cmp "$object" "sound-$(basename "$object")"
done
