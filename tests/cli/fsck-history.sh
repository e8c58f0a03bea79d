# What only commits need may be missing, unless it is asked for; what of it is here is checked.
git init -q && mlv init -q
echo old >data && mlv add -q data && git add -A && git commit -qm old && git tag v1
echo new >data && mlv add -q data && git add -A && git commit -qm new
old=.mlv/cache/objects/$(echo old | sha256sum | sed 's/^\(..\)\([0-9a-f]*\).*/\1\/\2/')
mlv fsck -T
mv $old kept
mlv fsck
echo "status $?"
mlv fsck -T | sed "s/$(git rev-parse --short=12 HEAD~)/COMMIT/"
mlv fsck -A >/dev/null
echo "status $?"
cp kept $old && chmod +w $old && echo dlo >$old
mlv fsck | sed "s/$(git rev-parse --short=12 HEAD~)/COMMIT/"
