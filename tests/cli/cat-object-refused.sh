# Kinds and ids that are none, an object of another kind, damage: nothing false is printed.
git init -q . && mlv init -q
printf test >small
head -c 18000000 /dev/zero >large
mlv add -q small large
id=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
large=$(sed -n 's/^  leaves: //p' large.mlv)
mlv cat-object objects $id; echo $?
mlv cat-object object 9F86; echo $?
mlv cat-object node $id; echo $?
mlv cat-object large $id; echo $?
echo "-- one bit of a small file, one of the second leaf of a large one"
damage() {
	chmod u+w "$1"
	printf "$2" | dd of="$1" bs=1 seek="$3" conv=notrunc status=none
}
damage .mlv/cache/objects/$(echo $id | sed 's,^..,&/,') u 0
mlv cat-object object $id; echo $?
damage ".mlv/cache/large/$(echo "$large" | sed 's,^..,&/,')" '\001' 1048576
mlv cat-object large "$large" >../printed; echo $?
wc -c <../printed
