# Two repositories of a cache add what the other removes, old and new, while both collect: nothing that is tracked is lost.
for r in a b; do
	(mkdir $r && cd $r && git init -q && mlv init -q && mlv config gc.grace 0 && mlv cache dir --local ../common &&
		mlv remote add -q -d store ../store-$r)
done
worker() {
	for i in 1 2 3 4 5; do
		mkdir -p data && echo $((i % 3)) >data/one && echo $((i % 2)) >data/two
		for n in $(seq 40); do echo "$((i % 2)) $n" >data/$n; done # a pack of them
		mlv add -q data || echo "add fails in $1"
		# It was found present, or put: either way it is there for who names it.
		mlv push -q || echo "push fails in $1"
		mlv fsck -q || echo "fsck fails in $1"
		rm -rf data/one && mlv checkout -q || echo "checkout fails in $1"
	done
	touch done-$1
}
collector() {
	while [ ! -e a/done-a ] || [ ! -e b/done-b ]; do
		find common/objects common/nodes common/packs -type f -exec touch -d 2020-01-01 {} + 2>/dev/null
		(cd $1 && mlv gc -wfq) || echo "gc fails in $1"
	done
}
(cd a && worker a) 2>/dev/null &
(cd b && worker b) 2>/dev/null &
collector a 2>/dev/null &
collector b 2>/dev/null &
wait
(cd a && mlv gc -wfq) && for r in a b; do (cd $r && mlv fsck -q && cat data/one data/two); done
