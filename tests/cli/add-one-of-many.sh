# One file that changed among many: the nodes on its way are written, and a small file beside the index.
git init -q && mlv init -q
mkdir d && seq 3000 | (cd d && xargs touch -d '1 hour ago' && echo 1 >1500) && mlv add -q d
cp d.mlv before && mlv ls-tree --nodes d | wc -l >nodes && [ "$(cat nodes)" -gt 3 ]; echo many: $?
sleep 0.03 && mlv add -q d && mlv add -q d
index=$(ls .mlv/state/index) && ls -i .mlv/state/index/$index >inode
find .mlv/cache -type f | sort >all
echo 2 >d/1500 && rm d/7 && mlv add -q d
find .mlv/cache -type f | sort | comm -13 all - | cut -d/ -f3 | sort | uniq -c | sed 's/^ *//'
ls -i .mlv/state/index/$index | cmp - inode
find .mlv/state/index -name '*.d' -size -2k | wc -l
mlv status
mlv ls-tree d | grep -c .
mlv ls-tree d | awk '$4 == 1500 { print $3 }'
# The same as if all had been added anew.
cp d.mlv edited && rm -r .mlv/state/index && mlv add -q d && cmp d.mlv edited
echo 1 >d/1500 && touch d/7 && mlv add -q d && cmp d.mlv before
