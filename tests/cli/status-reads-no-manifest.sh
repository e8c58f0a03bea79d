# What the index knows to be as tracked needs no look at the manifest, also where one file differs.
command -v strace >/dev/null || { echo "no strace" >&2; exit 77; }
git init -q && mlv init -q
mkdir d && seq 40 | (cd d && xargs touch -d '1 hour ago') && mlv add -q d
sleep 0.03 && mlv status
opened() { grep -cE 'open.*(nodes/|[0-9a-f]{62})' log; }
strace -f -e trace=openat,openat2 -o log mlv status || exit 77
opened
echo 1 >d/3
strace -f -e trace=openat,openat2 -o log mlv status
opened
# It is looked at where the index cannot know: there is none, or it is of another tree.
rm -r .mlv/state && strace -f -e trace=openat,openat2 -o log mlv status
opened
