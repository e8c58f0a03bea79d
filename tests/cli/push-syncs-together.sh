# What a push to a directory costs in syncs does not grow with how many objects there are.
# (A part, because its objects are sent one by one.)
command -v strace >/dev/null || { echo "no strace" >&2; exit 77; }
git init -q && mlv init -q
mkdir -p data/sub store
i=0
while [ $i -lt 400 ]; do
	echo "file $i" >"data/sub/$i"
	i=$((i + 1))
done
mlv add -q data
mlv remote add -q -d store store
strace -f -e trace=fsync,syncfs -o log mlv push data/sub || exit 77
syncs=$(grep -c sync log)
[ "$syncs" -lt 60 ] && [ "$syncs" -gt 4 ] || echo "$syncs syncs"
find store/objects -type f | wc -l
find store/tmp -type f
