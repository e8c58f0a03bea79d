# A damaged list of a directory is named with its file, by all that read it; nothing is changed.
git init -q && mlv init -q && mkdir store data && mlv remote add -q -d store store
echo one >data/one && echo two >data/two && mlv add -q data && mlv push -q
id=d63de8d24c22255caec835ca1b55e1492565a478e22ec069e67c0043e880d271
node=.mlv/cache/nodes/d6/3de8d24c22255caec835ca1b55e1492565a478e22ec069e67c0043e880d271
cp $node kept
try() {
	rm -rf .mlv/state # else the index knows what the list says
	for c in checkout fetch push; do mlv $c; echo "$c: status $?"; done
	mlv ls-tree $id; echo "ls-tree: status $?"
}
chmod +w $node && echo junk >$node
rm data/one
try
cat data/*
echo 'of another directory'
mkdir other && echo 3 >other/3 && mlv add -q other
cp -f .mlv/cache/nodes/$(sed -n 's|.*tree: \(..\)|\1/|p' other.mlv) $node
try
cat data/*
# As the hint says:
rm -f $node && mlv fetch && mlv checkout && cat data/*
cmp $node kept
