# The id of a large file is what coreutils make of its leaves, for whole and broken last leaves.
check() {
	want=$(
		(
			echo "mlv leaves 1 $(stat -Lc %s -- "$1") 1048576"
			SHELL=/bin/sh split -b 1M --filter='sha256sum | cut -c1-64' -- "$1"
		) | sha256sum | cut -c1-64
	)
	[ "$(mlv hash "$1")" = "leaves:$want  $1" ] || echo "$1: $(mlv hash "$1"), not $want"
}
seq 3000000 >numbers
head -c 20971520 numbers >whole
head -c 16777217 numbers >least
head -c 16777216 numbers >most
check whole
check least
check numbers
[ "$(mlv hash most)" = "sha256:$(sha256sum most)" ] || echo "16 MiB is not small"
