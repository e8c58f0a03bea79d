# A run that was killed at any moment, or interrupted: what ran ends with it, what was aside comes back, the next run
# ends in the same state as an undisturbed one.
make_repo() {
	mkdir $1 && cd $1 && git init -q && mlv init -q && echo one >in && echo 'stages:' >mlv.yaml
	for i in 0 1 2 3 4 5; do
		dep=in && [ $i -lt 2 ] || dep=d$((i - 2))
		echo "  s$i: {cmd: 'mkdir d$i; for n in 1 2 3; do cat in >d$i/\$n; echo $i \$n >>d$i/\$n; sleep 0.02; done; cp in m$i', deps: [in, $dep], outs: [d$i, m$i: {cache: false}]}"
	done | sed 's/deps: \[in, in\]/deps: [in]/' >>mlv.yaml
	mlv repro -q && echo two >in
}
state() { cat mlv.lock d*/* m?; }
(make_repo whole; mlv repro -q -j3; state >../expected)
make_repo killed
for t in 0.01 0.04 0.08 0.12 0.2 0.03; do mlv repro -q -j3 2>/dev/null & sleep $t; kill -9 $! 2>/dev/null; wait $! 2>/dev/null; done
mlv repro -q -j3 2>err; echo "status $?"; state | cmp - ../expected; ls -A .mlv/tmp/aside; mlv fsck -q; echo "status $?"; mlv repro | tail -1
echo "== interrupted"
cat >mlv.yaml <<'X'
stages:
  slow: {cmd: "trap 'sleep 0.3; exit 1' INT; echo begun >out; sleep 64.371", deps: [in], outs: [out]}
X
echo before >out; timeout --preserve-status -s INT 0.5 mlv repro; echo "status $?"; cat out; ls -A .mlv/tmp/aside; grep -c slow mlv.lock
ps -eo args | grep -c '^[s]leep 64.371'
echo "== the terminal is closed"
timeout --preserve-status -s HUP 0.5 mlv repro -q; echo "status $?"; cat out; ls -A .mlv/tmp/aside
echo "== interrupted when a stage has ended, and is not recorded yet: that comes first"
cat >mlv.yaml <<'X'
stages:
  ended: {cmd: "echo made >ended; touch a.done", deps: [in], outs: [ended]}
  runs: {cmd: "echo begun >out; sleep 64.372", deps: [in], outs: [out]}
X
echo '*.done' >>.gitignore; lock=.mlv/tmp/locks/$(printf mlv.lock | sha256sum | cut -c1-32)
flock "$lock" sh -c 'touch held.done; while [ -e held.done ]; do sleep 0.02; done' &
while [ ! -e held.done ]; do sleep 0.02; done
mlv repro -q -j2 2>err.done & while [ ! -e a.done ]; do sleep 0.02; done; sleep 0.3; kill -TERM $!; sleep 0.3; rm held.done; wait $!; echo "status $?"
grep -v "mlv.lock: waiting for" err.done; cat out; ls -A .mlv/tmp/aside; grep -c ended: mlv.lock; mlv status ended
