# What nothing needs of a remote is marked, and goes when it was marked for the grace period.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir data && for i in $(seq 1000); do echo "row $i" >data/f$i; done
head -c 200000 /dev/zero >data/mid && echo first >one && mlv add -q data one && git add -A && git commit -qm one && mlv push -q
for i in $(seq 600); do echo "new $i" >data/f$i; done
head -c 200001 /dev/zero >data/mid && echo second >one && mlv add -q data one && git commit -qam two && mlv push -q
plain() { sed -E 's/, [0-9.]+ (bytes|kB)//; s/ [0-9a-f]{64}/ ID/'; }
kinds() { (cd store && for d in objects nodes packs roots; do echo "$d $(find $d -type f | wc -l)"; done | xargs); }
age() { sed -E '2,$s/ [0-9]+$/ 1700000000/' store/gc/marks >marks && mv -f marks store/gc/marks; }
kinds
echo "- with all commits everything is needed"
mlv gc -c -A --dry
echo "- the first time it is marked"
mlv gc -c -w --dry | plain
mlv gc -cwf | plain
sed -E 's/ [0-9a-f]{64} [0-9]+$//' store/gc/marks | sort | uniq -c | sed 's/^ *//'
mlv gc -cwf | plain
echo "- what is marked and needed again is kept"
git checkout -q HEAD~1 && mlv gc -c -w --grace 1h | plain && git checkout -q main
echo "- what is pushed again stays, and its time begins anew"
mlv gc -cwf | plain
age
git checkout -q HEAD~1 && mlv checkout -q -f && mlv push -q && git checkout -q main && mlv checkout -q -f
ls store/gc/keep | wc -l
mlv gc -cwf | plain
ls store/gc/keep | wc -l
echo "- then it goes, if the user says so"
age
mlv gc -cw
mlv gc -cwf -v | plain
kinds
mlv fsck -r store | sed 's/, .*//' && mlv push && mlv gc -cwf --json
mlv status -c
echo "- a pushed revision that lost its data is sent again"
git checkout -q HEAD~1 && mlv push | plain && mlv fsck -r store | sed 's/, .*//'
echo "- usage"
mlv gc -w -r store
echo "status $?"
mlv gc -c -r nowhere -w
echo "status $?"
