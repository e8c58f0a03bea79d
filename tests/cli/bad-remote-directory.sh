# A remote directory that is not there, is no store, cannot be read, or holds a wrong list.
git init -q && mlv init -q && mkdir store data && mlv remote add -q -d store store
echo one >data/one && echo two >data/two && mlv add -q data && mlv push -q
mv .mlv/cache kept && mlv status >before
try() {
	for c in fetch pull; do mlv $c; echo "$c: status $?"; done
	find .mlv/cache -path '*s/*' -type f
	mlv status | cmp - before
	cat data/*
}
echo 'not there'; mv store away; try; mv away store
echo 'no directory'; mv store away; echo x >store; try; rm store; mv away store
echo 'no store'; cp store/format format; chmod u+w store/format; echo hello >store/format; try
echo 'a newer one'; echo mlv-store 9 >store/format; try; cp format store/format
echo 'a list that is none'
node=store/nodes/d6/3de8d24c22255caec835ca1b55e1492565a478e22ec069e67c0043e880d271
cp $node node && chmod u+w $node && echo junk >$node; try
echo 'a list of another'; mkdir other && echo 3 >other/3 && mlv add -q other && rm other.mlv
cp .mlv/cache/nodes/$(ls .mlv/cache/nodes)/* node2 && cat node2 >$node
rm -r .mlv/cache other; try
echo 'sound again'; cat node >$node; mlv fetch; echo $?
diff -r kept/objects .mlv/cache/objects && cmp kept/$(cd store && ls nodes/*/*) .mlv/cache/$(cd store && ls nodes/*/*)
mlv fetch -r stroe; echo $?
