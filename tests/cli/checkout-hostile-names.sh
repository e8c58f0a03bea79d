# A tree whose names try to leave their directory is refused whole; nothing is written outside.
tools=$SRC/tests/tools
mkdir canary repo && echo intact >canary/file
cd repo && git init -q && mlv init -q
mlv checkout >/dev/null 2>&1 # makes the cache
try() {
	rm -rf data && /usr/bin/python3 "$tools/forge.py" .mlv/cache data.mlv data "$@" || exit 9
	mlv checkout >out 2>err
	status=$?
	[ $status = 4 ] && [ -s err ] || echo "status $status for $*: $(cat out err)"
	[ "$(find ../canary -type f | xargs cat)" = intact ] || echo "canary changed by $*"
	[ ! -e ../evil ] && [ ! -e .git/evil ] && [ ! -e data/sub ] || echo "written by $*"
}
try f:../evil:x
try f:/tmp/mlv-evil:x
try f:a/../../evil:x
try f:.git/evil:x
try f:.GIT/evil:x
try f:sub/.mlv/config:x
try f:git~1/evil:x
try f:a//b:x
try f:./a:x
try f:a/:x
try f::x
try l:a:../canary f:a/file:evil
try f:b:x f:a:x
try f:a:x f:a:y
try f:a:x f:a-b:x f:a/b:x
try d:a: f:a/b:x
try q:a:x
try "f:$(printf 'n%.0s' $(seq 256)):x"
echo done
