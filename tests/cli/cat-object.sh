# What is printed has the id as its SHA-256, of every kind; a large file by its leaves.
git init -q . && mlv init -q
mkdir data
printf test >data/small
: >data/none
head -c 16777217 /dev/zero >data/large
mlv add -q data
tree=$(sed -n 's/^  tree: //p' data.mlv)
mlv ls-tree data | while read -r kind id size path; do
	case $kind in
	F)
		mlv cat-object leaves "$id" | sha256sum | grep -q "^$id" && echo "leaves of $path: $size"
		mlv cat-object large "$id" | cmp - data/large && echo "$path: $size"
		;;
	*)
		mlv cat-object object "$id" | cmp - "data/$path" && echo "$path: $size"
		mlv cat-object object "$id" | sha256sum | grep -q "^$id" && echo "id of $path"
		;;
	esac
done
mlv cat-object node "$tree" | sha256sum | grep -q "^$tree" && echo node
