# What a killed checkout left below .mlv/tmp goes with the next one.
git init -q && mlv init -q
echo 1 >a && mlv add -q a
mkdir -p .mlv/tmp/co-1-2/sub && echo >.mlv/tmp/co-1-2/sub/f
mlv checkout && ls .mlv/tmp
