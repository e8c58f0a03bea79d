# Every object of the cache, once.
git init -q && mlv init -q && mlv cache list
mkdir d && echo 1 >d/x && cp d/x d/y && head -c 17000000 /dev/zero >d/z && mlv add -q d
# How short a node is at rest is the compressor's business.
mlv cache list | sed '/^node/s/ [0-9]*$//' && mlv --json cache list | sed 's/.*\], //; s/"size.*//'
mlv cache list | while read -r kind id size; do mlv cat-object "$kind" "$id" >/dev/null || echo "no $kind $id"; done
