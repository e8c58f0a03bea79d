# A remote with dedup gets of a large file only what it lacks, and any command reads it from there.
git init -q && git config user.name a && git config user.email a@example.org && mlv init -q
work=$PWD
mlv remote add -q -d store ../store && mlv config remote.store.dedup true
bytes() { find ../store -type f -exec stat -c %s {} + | awk '{ sum += $1 } END { print sum }'; }
least() { [ "$1" -le "$2" ] && echo "at most $2" || echo "$1, more than $2"; }
seq 1 2500000 >numbers && mlv add -q numbers && git add -A && git commit -qm one
mlv push
ls ../store
before=$(bytes)
sed '1500000s/$/ changed/' numbers >new && mv new numbers && mlv add -q numbers && git commit -qam two
mlv push
least $(($(bytes) - before)) 150000
mlv push
mlv status -c
git clone -q . ../clone && cd ../clone
mlv pull
sed -n 1500000p numbers
mlv cat --range 1000-1010 numbers
rm -rf .mlv/cache && mlv cat --range 11000000-11000010 numbers && echo
rm numbers && git checkout -q HEAD~1 && mlv pull && sed -n 1500000p numbers
mlv fsck -r store
cd .. && mlv get -q clone numbers -o got && cmp got clone/numbers && echo got
# A chunk that is damaged is found, and mended by the whole file.
cd "$work"
for pack in ../store/packs/d-*.pack; do chmod +w $pack && printf XXXX | dd of=$pack bs=1 seek=2000 conv=notrunc status=none; done
mlv fsck -q -r store 2>/dev/null || echo "status $?"
mlv push -q --repair 2>/dev/null; mlv push -q --verify && echo mended
rm -rf .mlv/cache && mlv fetch
