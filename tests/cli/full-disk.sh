# A disk that is full: which, what it was to have room for, and what to do, in every command that writes there.
apart="unshare --user --map-root-user --mount"
$apart true 2>/dev/null || { echo "needs a name space of mounts" >&2; exit 77; }
exec 3>&1
disk=$(pwd)/disk
mkdir disk work
cat >script <<'END'
set -e
room() { mount -o "remount,size=$1" disk; }
mount -t tmpfs -o size=10m tmpfs disk
cd work
git init -q && mlv init -q
mlv cache dir --local ../disk/cache
mkdir many
for i in $(seq 100); do head -c 120000 /dev/urandom >many/$i; done
head -c 12000000 /dev/urandom >middle
head -c 20000000 /dev/urandom >large
echo '-- add'
for name in many middle large; do
	mlv add $name || echo "status $?"
done
cd .. && room 100m && cd work
mlv add -q many middle large
mlv remote add -q --default there ../remote
mlv push -q
mlv remote add -q full ../disk/remote
echo '-- push'
cd .. && room 50m && cd work
mlv push -r full 2>out || echo "status $?"
sed -E 's/(packs|objects|large)[^:]*/\1.../' out >&2
rm -rf ../disk/remote
echo '-- pull'
for name in many middle large; do
	chmod -R u+w ../disk/cache
	rm -rf ../disk/cache/* .mlv/state $name
	cd .. && room 10m && cd work
	mlv pull $name 2>out || echo "status $?"
	sed -E 's,large/[^:]*,large...,' out >&2
done
echo '-- pull, in order'
mlv pull --bwlimit 1G large || echo "status $?"
echo '-- with room'
cd .. && room 100m && cd work
mlv pull
END
$apart sh script
