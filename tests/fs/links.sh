# Run on a file system on which files can share blocks, by tests/fs/run.

# blocks FILE: "shared" or "own", as the file system says of all of its extents.
blocks() {
	sync "$1"
	filefrag -v "$1" | awk '/^ *[0-9]+: / { n++; shared += /shared/ } END { print n && n == shared ? "shared" : shared ? "both" : "own" }'
}
is() {
	[ "$1" = "$2" ] || { echo "$1, not $2"; exit 1; }
}
# object: where the cache has the large file.
object() {
	find .mlv/cache/large -type f ! -name '*.leaves'
}

git init -q one
cd one
mlv init -q
head -c 20000000 /dev/urandom >large
head -c 2000000 /dev/urandom >middle
echo small >small
mkdir data
cp large data/copy
cp large middle small ..

echo "== add shares blocks with the cache"
mlv add -q large middle small
is "$(blocks large)" shared
is "$(blocks "$(object)")" shared
is "$(blocks middle)" shared
is "$(stat -c '%h %a' large)" "1 644"

echo "== an edit in place does not change the cache"
printf X | dd of=large bs=1 seek=5000000 conv=notrunc status=none
cmp -s large ../large && exit 1
cmp "$(object)" ../large
printf X | dd of=middle bs=1 conv=notrunc status=none
mlv fsck -q
is "$(blocks large)" both

echo "== checkout shares, but for small files, which are copied"
mlv checkout -f
cmp large ../large
cmp middle ../middle
is "$(blocks large)" shared
rm large middle small
mlv checkout
cmp large ../large
cmp small ../small
is "$(blocks large)" shared
is "$(blocks middle)" shared
is "$(blocks small)" own

echo "== a second file of the same bytes comes to share them by checkout --relink"
cp --reflink=never large again
is "$(blocks again)" own
mlv add -q again
mlv checkout --relink
is "$(blocks again)" shared

echo "== push and pull on one file system share"
mlv remote add -q -d store ../store
git add -A
git commit -qm one
mlv push -q
cd ..
git clone -q one two
cd two
mlv remote trust -q store
mlv pull -q
cmp large ../large
cmp middle ../middle
is "$(blocks large)" shared
is "$(blocks "$(object)")" shared
is "$(blocks small)" own

echo "== push to another file system copies, and pull from there"
mlv remote add -q far "$HOME/far-$$"
mlv push -q -r far
git clone -q ../one ../three
(cd ../three && mlv remote add -q -d far "$HOME/far-$$" && mlv pull -q && cmp large ../large && cmp small ../two/small)
rm -rf "$HOME/far-$$"

echo "== hard links are one file with the cache's, read-only"
mlv config cache.type hardlink,copy
mlv checkout --relink
is "$(stat -c %i large)" "$(stat -c %i "$(object)")"
is "$(stat -c %a large)" 444
cmp large ../large
mlv status -q

echo "== symbolic links lead to it"
mlv config cache.type symlink,copy
mlv checkout --relink
is "$(readlink -f large)" "$(readlink -f "$(object)")"
mlv status -q

echo "== and back, shared, writable"
mlv config cache.type reflink,copy
mlv checkout --relink
is "$(stat -c '%F %h %a' large)" "regular file 1 644"
is "$(blocks large)" shared
mlv status -q
