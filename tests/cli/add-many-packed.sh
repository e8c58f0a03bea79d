# Many small files share one file of the cache; they come back, damage is replaced, and few or "loose" have their own.
git init -q && mlv init -q
mkdir d
i=0
while [ $i -lt 40 ]; do
	echo "row $i" >d/$i
	i=$((i + 1))
done
mlv add d
files() { find .mlv/cache/objects .mlv/cache/packs -type f 2>/dev/null | sed 's,.*/cache/,,; s/[0-9a-f]\{62,64\}/ID/; s,/../,/ab/,' | sort | uniq -c; }
files
cp -r d ../before
rm -r d
mlv checkout -q
diff -r d ../before && echo the same
echo "-- one of them is damaged"
pack=$(echo .mlv/cache/packs/d-*.pack)
chmod u+w "$pack"
printf X | dd of="$pack" bs=1 seek=50 conv=notrunc status=none
rm -r d
mlv checkout -q 2>/dev/null || echo "exit status $?"
rm -rf d .mlv/state && cp -r ../before d
mlv add -q d
rm -r d
mlv checkout -q && diff -r d ../before && echo the same
files
echo "-- loose"
rm -r .mlv/cache
mlv config cache.small loose
mlv add -q d
files
