# What lies in packs is read by few requests; damage of frames, tables and roots is found, named and mended.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir data && for i in $(seq 9000); do echo "row $i" >data/f$i; done
mlv add -q data && git add -A && git commit -qm one && mlv push -q
plain() { sed -E "s/$(git rev-parse --short=12 HEAD)/COMMIT/; s/[0-9a-f]{64}/ID/g; s/, [0-9.]+ kB//"; }
mlv fsck -r store | plain
reads() { strace -f -qq -e trace=openat2,openat -o ../trace mlv -q fsck -r store && grep -c 'packs/.*\.pack' ../trace; }
[ "$(reads)" -le 8 ] || { echo "a pack is read more often than that:"; grep 'packs/' ../trace; }
cp -a store kept
spoil() { chmod +w "$1" && printf X | dd of="$1" conv=notrunc bs=1 seek="$2" 2>/dev/null; }
echo "- a frame of a file, and one of a node"
spoil store/packs/d-*.pack 400000
spoil store/packs/n-*.pack 300000
mlv fsck -r store | plain
mlv fsck -r store --repair | plain
mlv fsck -r store | plain
chmod -R u+w store && rm -rf store && cp -a kept store
echo "- a table"
spoil store/packs/d-*.idx 2000 && rm store/packs/n-*.idx
mlv fsck -r store --repair 2>&1 | plain
diff -r kept store && mlv fsck -r store | plain
echo "- a root"
spoil store/roots/* 20
mlv fsck -r store | plain
mlv fsck -r store --repair | plain
mlv fsck -r store | plain
chmod -R u+w store && rm -rf store && cp -a kept store
echo "- packs"
rm store/packs/d-*
mlv fsck -r store --json 2>/dev/null | tr ',' '\n' | grep '"missing":'
mlv fsck -r store --repair | tail -n 2 | plain
mlv fsck -r store | plain
