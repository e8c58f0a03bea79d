# What is kept can be checked out, from the work tree's pointers and from every commit that was meant.
git init -q && mlv init -q && mlv config gc.grace 0
mkdir data && for i in $(seq 300); do echo "$i" >data/file-$i; done
yes 123456789012345 | head -c 17000000 >big
mlv add -q data big && git add -A && git commit -qm one && git branch kept
echo changed >data/file-7 && rm data/file-8 && echo small >big
mlv add -q data big && git add -A && git commit -qm two
echo third >data/file-7 && mlv add -q data && git add -A && git commit -qm three
mlv gc -af | sed 's/, .*//'
mlv fsck
rm -rf data big
mlv checkout -q && cat data/file-7 big && ls data | wc -l
git checkout -q kept && mlv checkout -q && wc -c <big && cat data/file-7 data/file-8
# What links in the work tree lead to stays, whatever the pointers say.
mlv config cache.type symlink && rm data/file-9 big && mlv checkout -q -f
git checkout -q main
mlv gc -wf >/dev/null && cat data/file-9 && wc -c <big
