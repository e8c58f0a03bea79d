# A stage that fails is told, its outputs come back, what was done before stays recorded.
git init -q && mlv init -q
cat >mlv.yaml <<'X'
stages:
  a: {cmd: echo a >a, outs: [a]}
  bad: {cmd: ["echo begun >b; echo one", "echo no >&2; exit 3", "echo never"], deps: [a, switch], outs: [b]}
  after: {cmd: cat b >c, deps: [b], outs: [c]}
  other: {cmd: echo o >o, outs: [o]}
X
echo good >switch; sed -i 's/exit 3/grep -q good switch/' mlv.yaml; mlv repro -q 2>/dev/null; cp mlv.lock before
echo "== fails"; echo bad >switch; mlv repro; echo "status $?"; cat b .mlv/tmp/logs/bad.log; cmp mlv.lock before
echo "== keep going"; rm c o; mlv repro -k; echo "status $?"; ls c o
echo "== ignore errors"; rm c o; mlv repro --ignore-errors; echo "status $?"; ls c o
echo "== json"; mlv --json repro -k 2>/dev/null; echo "status $?"
echo "== killed, not there, too long, an output that is not made, a dependency that is not there"
one() { printf 'stages:\n  x: %s\n' "$1" >mlv.yaml; mlv repro; echo "status $?"; }
echo old >x
one '{cmd: "kill -9 $$", outs: [x]}'; cat x
one '{cmd: no-such-command-here, outs: [x]}' 2>&1 | grep -v 'not found'
one '{cmd: sleep 50, outs: [x], timeout: 1s}'
one '{cmd: "true", outs: [x]}'; cat x
one '{cmd: echo x >x, deps: [none], outs: [x]}'; cat x
one '{cmd: echo x >x, params: [none], outs: [x]}'
echo "== below a directory that is made for its output"; one '{cmd: echo w >x, wdir: sub/dir, outs: [x]}'; mlv repro; cat sub/dir/x; grep -n dir mlv.lock
echo "== tried again"; one '{cmd: "echo x >>tries; test $(wc -l <tries) = 3 && cp tries x", outs: [x], retry: 2}'; cat x
echo "== it changes its dependency"; echo d >d; one '{cmd: "echo e >>d; cp d x", deps: [d], outs: [x]}'; mlv repro --explain x
