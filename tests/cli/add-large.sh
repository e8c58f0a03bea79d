# Above 16 MiB the id is that of the leaf list, as coreutils check it; --sha256 records the other, too.
git init -q && mlv init -q
truncate -s 16777216 small; truncate -s 16777217 big
mlv add small
mlv add --sha256 big
check() { (echo "mlv leaves 1 $(stat -Lc %s -- "$1") 1048576"; SHELL=/bin/sh split -b 1M --filter='sha256sum | cut -c1-64' -- "$1") | sha256sum | cut -c1-64; }
grep -c "leaves: $(check big)" big.mlv
grep -c "sha256: $(sha256sum <big | cut -c1-64)" big.mlv
grep -c "sha256: $(sha256sum <small | cut -c1-64)" small.mlv
truncate -s 16777218 big
mlv add big
grep -c "sha256: $(sha256sum <big | cut -c1-64)" big.mlv
truncate -s 1 big
mlv add big
cat big.mlv | sed 's/[0-9a-f]\{64\}/ID/'
