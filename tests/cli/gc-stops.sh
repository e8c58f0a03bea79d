# When not all that is needed can be known nothing is removed.
git init -q && mlv init -q && mlv config gc.grace 0
mkdir data && echo one >data/one && mlv add -q data && echo old >file && mlv add -q file
git add -A && git commit -qm one
echo new >file && mlv add -q file && echo two >data/two && mlv add -q data
count() { find .mlv/cache -type f | wc -l; }
count
cp data.mlv good && echo "outs: [" >data.mlv
mlv gc -wf
echo "status $?"
cp good data.mlv
node=$(sed -n 's/.*tree: \(..\)/.mlv\/cache\/nodes\/\1\//p' data.mlv)
mv $node node
mlv gc -wf
echo "status $?"
cp node $node && chmod +w $node && echo x >$node
mlv gc -wf
echo "status $?"
cp -f node $node
# For who may not look into every directory: a pointer may lie there.
if [ "$(id -u)" != 0 ]; then
	mkdir secret && chmod 000 secret
	mlv gc -wf >/dev/null 2>&1 && echo "went on"
	chmod 755 secret
fi
git show HEAD:data.mlv >data.mlv && echo x >>data.mlv && git add data.mlv && git commit -qm broken && cp good data.mlv
mlv gc -Af 2>&1 | sed "s/$(git rev-parse --short=12 HEAD)/COMMIT/"
count
rm node $node
mlv gc -w -f --skip-missing
