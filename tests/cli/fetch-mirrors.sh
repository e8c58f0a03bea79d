# What one remote cannot give is asked of the next; the user is told once.
git init -q && mlv init -q
mlv remote add -q a a && mlv remote add -q b b && mlv remote add -q c c && mlv remote default a b c
mkdir d
for i in $(seq 40); do echo "file $i" >d/$i; done
yes medium | head -c 300000 >medium
yes large | head -c 17000000 >large
echo small >small
mlv add -q d medium large small
mlv push -q
mlv fetch
rm -rf .mlv/cache && mlv fetch
empty() { chmod -R u+w .mlv && rm -rf .mlv/cache; }
echo "-- a lacks, b has damaged"
chmod -R u+w a b
rm a/packs/d-* a/roots/* "$(find a/objects -size +100k)"
printf x | dd of="$(find b/objects -size +100k)" bs=1 conv=notrunc status=none
empty && mlv fetch
mlv pull -q && mlv status
echo "-- a is not there"
mv a away
empty && mlv fetch
empty && mlv fetch --json 2>/dev/null | tr -s '{' '\n' | grep name | cut -d, -f1,3 |
	sed 's|"error": "[^,]*/|"error": "/|'
empty && mlv fetch -r a
echo "status $?"
echo "-- a is not there, and no other has one"
rm "$(find c/objects -size +100k)" "$(find b/objects -size +100k)"
empty && mlv fetch
echo "status $?"
mv away a && rm -rf c
empty && mlv fetch
echo "status $?"
echo "-- its own remote stands alone"
echo '  remote: a' >>small.mlv
rm -rf a && empty && mlv fetch small
echo "status $?"
