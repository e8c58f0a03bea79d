# --bwlimit, or the remote's bwlimit, bounds how fast bytes go and come, by all requests together.
git init -q && mlv init -q && mlv remote add -q -d store store
for i in 1 2 3 4 5 6; do head -c 200000 /dev/urandom >f$i; done
mlv add -q f1 f2 f3 f4 f5 f6
now() { date +%s%N; }
# takes LEAST COMMAND...: in ms.
takes() {
	least=$1
	shift
	begin=$(now)
	"$@"
	took=$((($(now) - begin) / 1000000))
	[ $took -ge "$least" ] || echo "$* took $took ms"
}
# 1200 KB at 600 KB a second are two seconds.
takes 1900 mlv push --bwlimit 600kB
takes 0 mlv push --bwlimit 8K
rm -rf .mlv/cache
takes 1900 mlv fetch --bwlimit 600kB
mlv remote modify store bwlimit 600kB
chmod -R u+w store && rm -r store/objects
takes 1900 mlv push
rm -r store/objects
begin=$(now)
mlv push --bwlimit 0
[ $((($(now) - begin) / 1000000)) -lt 1900 ] || echo "0 is no limit"
for rate in 1K fast '' 1.2345 -5; do
	mlv push --bwlimit "$rate"
	echo "status $?"
done
mlv remote modify store bwlimit fast
echo "status $?"
