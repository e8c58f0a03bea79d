# A file whose stat is known is not read: one that may not be read is no hindrance.
command -v strace >/dev/null || { echo "no strace" >&2; exit 77; }
git init -q && mlv init -q
mkdir data && echo 1 >data/a && echo 2 >data/b && echo 3 >file && mlv add -q data file
sleep 0.03 && mlv status
strace -f -e trace=openat,openat2 -o log mlv status || exit 77
grep -E '"(data/a|data/b|a|b|file)"' log | grep -v O_DIRECTORY
echo done
