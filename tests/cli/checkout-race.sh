# While checkouts run, somebody swaps a directory of the tree for a link out of it, again and again: nothing beyond
# the link is written, changed or removed.
mkdir outside repo && echo intact >outside/f1 && cd repo && git init -q && mlv init -q
mkdir -p data/sub && for i in $(seq 40); do echo $i >data/sub/f$i; done
mlv add -q data && mv data.mlv ../one.mlv
rm data/sub/f1 data/sub/f2* && for i in $(seq 3 19); do echo other $i >data/sub/f$i; done
mlv add -q data && mv data.mlv ../other.mlv
look() { find ../outside -printf '%P %i %m %T@ %C@ %s\n' | sort; }
look >../before
cat >../swap.py <<'P'
import ctypes
import os
import time
os.mkdir("../spare")
os.symlink("../../outside", "../spare/sub")
libc, end, swaps = ctypes.CDLL(None), time.monotonic() + 4, 0
while time.monotonic() < end:
    swaps += libc.renameat2(-100, b"data/sub", -100, b"../spare/sub", 2) == 0  # RENAME_EXCHANGE
    time.sleep(0.0001 * (swaps % 7))
print(swaps > 100)
P
python3 ../swap.py &
swapper=$!
while kill -0 $swapper 2>/dev/null; do
	for version in one other; do
		cp ../$version.mlv data.mlv
		for command in "checkout -f" status; do
			mlv $command >/dev/null 2>&1
			status=$?
			case $status in 0 | 1 | 3 | 7) ;; *) echo "status $status of $command" ;; esac
		done
	done
done
look | cmp - ../before && cat ../outside/*
rm -rf data && mlv checkout -f -q && mlv status -q && ls data/sub | wc -l
