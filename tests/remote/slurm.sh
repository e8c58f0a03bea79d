# shellcheck shell=sh
# Stages as jobs of Slurm: a real one, started here.
bin=${PATH%%:*}
work=$(mktemp -d) || exit 1
finish() {
	"$SRC/tests/servers/slurm.sh" stop "$work/slurm"
	chmod -R u+w "$work"
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
status=0
ready=$("$SRC/tests/servers/slurm.sh" start "$work/slurm" 2>"$work/err")
case $? in
0) ;;
77)
	echo "ok - slurm # SKIP $(echo "$ready" | tail -n 1)"
	sed 's/^/# /' "$work/err"
	exit
	;;
*)
	sed 's/^/# /' "$work/err"
	echo "not ok - Slurm is started"
	exit 1
	;;
esac
export SLURM_CONF="${ready#ready }"
result() { [ "$2" = 0 ] && echo "ok - $1" || { echo "not ok - $1"; status=1; }; }

if [ -x "$bin/test_slurm" ]; then
	MLV_TEST_SLURM=1 timeout 300 "$bin/test_slurm" --tap --color=never -j4 >"$work/tap" 2>"$work/log"
	result=$?
	sed -nE "s/^(ok|not ok) (- )?/\1 - slurm: /p" "$work/tap"
	if [ $result != 0 ]; then
		status=1
		sed 's/^/# /' "$work/log"
		grep -q '^not ok' "$work/tap" || echo "not ok - test_slurm ended with exit status $result"
	fi
else
	echo "ok - slurm # SKIP the unit tests are not built in $bin"
fi

# A pipeline: here and by Slurm, to the same mlv.lock.
pipeline() {
	mkdir "$work/$1" && cd "$work/$1" && git init -q && mlv init -q || exit 1
	echo 3 >n.txt
	cat >mlv.yaml <<-'EOT'
	stages:
	  part:
	    foreach: [a, b, c]
	    do:
	      cmd: sleep 0.2 && echo ${item} $(cat n.txt) >${item}.out
	      deps: [n.txt]
	      outs: ["${item}.out"]
	      resources: {cpus: 1, mem: 16M, time: 5m}
	  all:
	    cmd: cat a.out b.out c.out >all.out && mkdir -p d && cp all.out d/x
	    deps: [a.out, b.out, c.out]
	    outs: [all.out, d]
	EOT
}
pipeline here && mlv repro -q
pipeline there && mlv repro -q --executor slurm 2>"$work/err"
result "a pipeline runs as jobs" $?
cmp "$work/here/mlv.lock" "$work/there/mlv.lock" && cmp "$work/here/d/x" d/x
result "mlv.lock is that of a local run" $?
[ "$(mlv repro --executor slurm 2>&1 | tail -n 1)" = "Data and pipelines are up to date." ] &&
	[ -z "$(ls .mlv/state/slurm)" ]
result "there is nothing to do then, and nothing is left" $?

cat >>mlv.yaml <<'EOT'
  bad:
    cmd: ["echo said this", "exit 5"]
    outs: [bad.out]
  good:
    cmd: echo good >good.out
    outs: [good.out]
EOT
mlv repro -k --executor slurm bad good >"$work/out" 2>&1
[ $? = 7 ] && grep -q 'exit 5, exited with 5' "$work/out" && grep -q 'said this' .mlv/tmp/logs/bad.log && [ -e good.out ]
result "a failure is told with its command and log, and the rest runs" $?

# In steps: a log is turned when mlv has read all that is in it.
cat >mlv.yaml <<'EOT'
stages:
  much:
    cmd: for i in 1 2 3 4; do head -c 35000000 /dev/zero; sleep 2; done; echo the end; echo much >much.out
    outs: [much.out]
EOT
mlv repro -q --executor slurm >"$work/out" 2>&1 && [ "$(stat -c %s .mlv/tmp/logs/much.log)" -lt 70000000 ] &&
	[ "$(stat -c %s .mlv/tmp/logs/much.log.1)" -lt 80000000 ] && head -n 1 .mlv/tmp/logs/much.log | grep -aq '^mlv: what was written before' &&
	tail -n 1 .mlv/tmp/logs/much.log | grep -aq 'the end'
result "the log of much output is bounded, and says so" $?

# wait_for FILE: until it is there.
wait_for() {
	for _ in $(seq 300); do
		[ ! -e "$1" ] || return 0
		sleep 0.1
	done
	return 1
}
jobs() { squeue --me -h -o %j | grep -c -- "^$1-mlv"; }
cat >mlv.yaml <<'EOT'
stages:
  long:
    cmd: echo x >>begun && until test -e go; do sleep 0.1; done; echo made >long.out
    deps: [n.txt]
    outs: [long.out]
EOT
echo before >long.out
env --default-signal=INT mlv repro --executor slurm >"$work/out" 2>&1 &
pid=$!
wait_for begun && kill -INT $pid
wait $pid
[ $? = 130 ] && [ "$(jobs long)" = 0 ] && [ "$(cat long.out)" = before ]
result "Ctrl-C cancels the jobs, and what was there comes back" $?

# kill_9 [MORE]: mlv is killed while its job runs.
kill_9() {
	rm -f begun go
	mlv repro --executor slurm >"$work/out" 2>&1 &
	pid=$!
	wait_for begun && kill -9 $pid
	wait $pid 2>/dev/null
}
kill_9
mlv repro >"$work/out" 2>&1
[ $? = 6 ] && grep -q 'executor slurm' "$work/out" && [ "$(jobs long)" = 1 ]
result "a job that a killed mlv left is in nobody's way" $?
(sleep 1; : >go) &
mlv repro --executor slurm >"$work/out" 2>&1 && [ "$(cat long.out begun)" = "made
x" ] && [ "$(mlv repro | tail -n 1)" = "Data and pipelines are up to date." ]
result "the next mlv takes it over, and it runs once" $?

echo 4 >n.txt
kill_9
: >go
until [ "$(jobs long)" = 0 ]; do sleep 0.2; done
mlv repro --executor slurm >"$work/out" 2>&1 && [ "$(cat begun)" = x ] && [ "$(cat long.out)" = made ] &&
	[ "$(mlv repro | tail -n 1)" = "Data and pipelines are up to date." ]
result "one that ended meanwhile is recorded, and is not run again" $?

echo 5 >n.txt
kill_9
echo 6 >n.txt
: >go2
sed -i 's/test -e go;/test -e go2;/' mlv.yaml
mlv repro --executor slurm >"$work/out" 2>&1 && grep -q 'out of date still runs' "$work/out" &&
	[ "$(jobs long)" = 0 ] && [ "$(wc -l <begun)" = 2 ]
result "one whose inputs changed since is cancelled, and run anew" $?
[ $status = 0 ] || sed "s,^,# ," "$work/out" begun
exit $status
