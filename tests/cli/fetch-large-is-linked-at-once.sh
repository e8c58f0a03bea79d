# What a fetch verified is not read again by the checkout that links it. (The last one may be:
# its bytes came the moment before.)
command -v strace >/dev/null || { echo "no strace" >&2; exit 77; }
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mlv config -q cache.type hardlink
for name in 1 2 3 4; do
	truncate -s 17M $name && echo $name >>$name
done
mlv add -q 1 2 3 4
mlv push -q
rm -rf 1 2 3 4 .mlv/cache .mlv/state
mlv fetch -q -j 1
strace -f -y -e trace=read,pread64 -o log mlv checkout || exit 77
large=$(grep -o 'large/[0-9a-f]*/[0-9a-f]*>' log | sort -u | wc -l)
[ "$large" -lt 4 ] || echo "all were read"
stat -c %h 1 2 3 4
