# What every remote must do, against one of the user's (see run --help), else a directory.
bin=${PATH%%:*}
work=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
status=0
url=${MLV_TEST_ENDPOINT:-$work/store}
MLV_TEST_ENDPOINT=${url%/}/mlv-test-$$-$(date +%s)
export MLV_TEST_ENDPOINT
# libcurl and OpenSSL keep some memory of their own.
export ASAN_OPTIONS=exitcode=99:detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:exitcode=99

if ! [ -x "$bin/test_endpoint" ]; then
	echo "ok - endpoint # SKIP the unit tests are not built in $bin"
	exit
fi
case $url in /*) mkdir -p "$MLV_TEST_ENDPOINT" ;; esac

# by TEST: one of the unit tests, as TAP.
by() {
	timeout 900 "$bin/test_endpoint" --tap --color=never --filter "endpoint/$1" >"$work/tap" 2>"$work/log"
	result=$?
	sed -nE "/endpoint::$1/s/^(ok|not ok) (- )?/\1 - /p" "$work/tap"
	[ $result = 0 ] && return
	status=1
	sed 's/^/# /' "$work/log"
	grep -q '^not ok' "$work/tap" || echo "not ok - endpoint/$1 ended with exit status $result"
}

# steps: there and back, changed and back again, by two clones.
steps() {
	set -e
	git init -q "$work/first" && cd "$work/first" && mlv init -q
	mkdir data
	for i in $(seq 40); do echo "row $i" >"data/small-$i"; done
	head -c 20000000 /dev/urandom >data/large
	head -c 40000000 /dev/urandom >data/parts
	mlv remote add -q -d store "$MLV_TEST_ENDPOINT"
	for option in $MLV_TEST_OPTIONS; do
		mlv config --local "remote.store.${option%%=*}" "${option#*=}"
	done
	mlv add -q data && git add -A && git commit -qm one
	mlv push -q
	[ "$(mlv push)" = "Everything is up to date." ]
	mlv status -c | grep -q "in sync"
	git clone -q "$work/first" "$work/second" && cd "$work/second"
	cp "$work/first/.mlv/config.local" .mlv/ 2>/dev/null || true
	mlv remote trust -q store
	mlv pull -q
	diff -r "$work/first/data" data
	cd "$work/first"
	chmod -R u+w data && echo changed >data/small-1 && rm data/small-2
	mlv add -q data && git commit -qam two && mlv push -q
	cd "$work/second"
	git pull -q && mlv pull -q
	diff -r "$work/first/data" data
}

by keeps_the_contract
by is_emptied
# Not within a condition: there, set -e would not hold.
(steps) >"$work/steps" 2>&1
result=$?
if [ $result = 0 ]; then
	echo "ok - there and back"
else
	sed 's/^/# /' "$work/steps"
	echo "not ok - there and back"
	status=1
fi
by is_emptied
exit $status
