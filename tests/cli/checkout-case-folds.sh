# Where A and a are one name, what holds both is refused before anything is written. That .MLV leads to
# .mlv is what tells such a file system, and a mount can feign it.
[ "$(id -u)" = 0 ] && apart="unshare -m" || apart="unshare -Urm"
$apart true 2>/dev/null || { echo "needs a name space of mounts" >&2; exit 77; }
git init -q && mlv init -q
mkdir names && echo upper >names/A.csv && echo lower >names/a.csv
mkdir -p folders/Sub folders/sub && echo 1 >folders/Sub/x && echo 2 >folders/sub/y
mkdir -p mixed/A && echo 1 >mixed/A/x && echo 2 >mixed/a && echo 3 >mixed/a-c
mkdir other && echo 1 >other/A && echo 2 >other/ab && echo 3 >other/a-c
mlv add -q names folders mixed other
rm -r names folders mixed other && mkdir .MLV
$apart sh -c 'mount --bind .mlv .MLV
for target in names folders mixed other; do
	mlv checkout $target; echo "status $?"
done'
ls
mlv checkout && cat names/a.csv
