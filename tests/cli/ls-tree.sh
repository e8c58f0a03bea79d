# A manifest is listed as it is: all of it, a part, one path; lines, NULs, JSON.
git init -q . && mlv init -q
mkdir -p data/sub data/empty
printf 1,2 >data/a.csv
printf x >'data/sub/a b'
printf y >"data/sub/$(printf 'new\nline')"
printf '#!' >data/run.sh
chmod +x data/run.sh
ln -s a.csv data/link
mlv add -q data
tree=$(sed -n 's/^  tree: //p' data.mlv)
mlv ls-tree "$tree"
echo "-- a pointer, a target, a part, a path"
mlv ls-tree data.mlv | cmp - "$(mlv ls-tree data >../target; echo ../target)" && echo same
mlv ls-tree data/sub --name-only
mlv ls-tree "$tree" sub/ --name-only
mlv ls-tree data a.csv
echo "-- raw: what the node holds after its first line"
mlv ls-tree -z data >../listed
mlv cat-object node "$tree" | tail -n +2 | cmp - ../listed && echo same
echo "-- nodes"
mlv ls-tree --nodes data
echo "-- JSON"
mlv ls-tree --json data sub
mlv ls-tree --json data empty
mlv -q ls-tree data
