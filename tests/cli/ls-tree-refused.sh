# What cannot be listed: nothing there, a file, what is not tracked, a missing node, a damaged one.
git init -q . && mlv init -q
mkdir data
echo 1 >data/a
echo 2 >file
mlv add -q data file
tree=$(sed -n 's/^  tree: //p' data.mlv)
mlv ls-tree data b; echo $?
mlv ls-tree file; echo $?
mlv ls-tree dato; echo $?
mlv ls-tree 0000000000000000000000000000000000000000000000000000000000000000; echo $?
node=.mlv/cache/nodes/$(echo "$tree" | sed 's,^..,&/,')
chmod u+w "$node"
printf 'mlv tree 1 0 0 0\n' >"$node"
mlv ls-tree data; echo $?
