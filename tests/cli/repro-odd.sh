# Commands that write much, leave processes behind, or write beyond what they say; stages at a time; where they run.
git init -q && mlv init -q
one() { printf 'stages:\n  x: %s\n' "$1" >mlv.yaml; mlv repro; echo "status $?"; }
echo "== much output, in bounded memory"
one '{cmd: "head -c 200000000 /dev/zero; echo x >x", outs: [x]}' | tail -c 10 | tr -d '\0'; test $(stat -c %s .mlv/tmp/logs/x.log) -lt 70000000 && echo bounded; head -c 70 .mlv/tmp/logs/x.log; echo; head -c 4 .mlv/tmp/logs/x.log.1 | od -An -c
echo "== processes left behind"
one '{cmd: "sleep 98.7654 & echo x >x", outs: [x]}'; ps -eo args | grep -c '^[s]leep 98[.]7654'
echo "== lines of several at a time"
printf 'stages:\n  a: {cmd: "echo one; echo two >&2; printf three; echo >a", outs: [a]}\n  b: {cmd: "cat a; printf end", deps: [a]}\n' >mlv.yaml
mlv repro -q -j4; mlv repro -f -j4 2>err; cat err
echo "== directories, variables, wdir"
mkdir -p sub/w && cat >sub/mlv.yaml <<'X'
stages:
  s:
    cmd:
    - echo $MLV_STAGE >out/p
    - test "$MLV_ROOT/sub/w" = "$(pwd)" && cat ../in >>out/p
    wdir: w
    deps: [../in]
    outs: [out/p]
X
echo in >sub/in && rm mlv.yaml && mlv repro; cat sub/w/out/p sub/mlv.lock; cd sub && mlv repro && mlv repro s && cd .. && mlv repro sub/mlv.yaml:s
echo "== persist, frozen, patterns, always"
cat >mlv.yaml <<'X'
stages:
  p: {cmd: echo more >>log, deps: [in], outs: [log: {persist: true}]}
  g: {cmd: "echo 1 >o-1; echo 2 >o-2", deps: [in], outs: ["o-*"]}
  f: {cmd: cat log >f, deps: [log], outs: [f], frozen: true}
  t: {cmd: "true", always_changed: true}
X
echo 1 >in && mlv repro -q p g && echo 2 >in && mlv repro p g f t; cat log; grep -c path:.o- mlv.lock; mlv repro g; rm o-1; mlv repro -q g; ls o-*
echo "== options"; mlv repro --downstream; mlv repro -P x; mlv repro none; mlv repro -j 99999; mlv repro -R sub; mlv repro --glob 'g*'; mlv repro -p g; echo n | mlv repro -i -f g; echo "status $?"
