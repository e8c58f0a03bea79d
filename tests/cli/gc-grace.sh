# What was used lately stays, and so does what was found present lately; --dry changes nothing.
git init -q && mlv init -q
for i in one two three; do echo $i >data && mlv add -q data; done
mlv gc -w
find .mlv/cache -type f -exec touch -d 2020-01-01 {} +
# One is found present: it was used now.
echo one >data && mlv add -q data && echo three >data && mlv add -q data
cp -a .mlv before
mlv gc -w --dry
mlv gc -w --dry --grace 200w
diff -r before .mlv && find before .mlv -newer before/config -name 'x*'
mlv gc -w
echo "status $?"
mlv gc -w -f
find .mlv/cache/objects -type f | wc -l
mlv config gc.grace 0 && mlv gc -w -f
mlv fsck
