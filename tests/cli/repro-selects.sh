# Which stages a call of repro looks at; what is missing and may be; imports that repro leaves alone.
git init -q src && cd src && mlv init -q && echo old >d && mlv add -q d && git add . && git commit -qm 1 && cd ..
git init -q w && cd w && mlv init -q && mlv import -q ../src d && mlv freeze -q d && mkdir sub
cat >mlv.yaml <<'END'
stages:
  a: {cmd: "tr a-z A-Z <d >a", deps: [d], outs: [a]}
  b: {cmd: "wc -c <a | tr -d ' ' >b", deps: [a], outs: [b]}
  c: {cmd: cat b >c, deps: [b], outs: [c]}
  other: {cmd: echo o >other, deps: [o], outs: [other]}
END
echo 'stages: {far: {cmd: echo far >far, outs: [far]}}' >sub/mlv.yaml; echo 1 >o
runs() { echo "- $*"; mlv repro "$@" | sed -n "s/^Running stage '\(.*\)':/ran \1/p; s/^Stage '\(.*\)' is cached.*/restored \1/p; s/^Stage '\(.*\)' may run.*/may run \1/p; s/.*\(up to date\).*/\1/p" | tr '\n' ' '; echo; }
echo "== all of this file; all of all"; runs; runs -P; runs -P; git add . && git commit -qm all
echo "== a dry run keeps nothing"; find .mlv/cache | LC_ALL=C sort >before; echo 2 >o; runs --dry; find .mlv/cache | LC_ALL=C sort | cmp - before; git checkout -q o
echo "== what is downstream runs only when what it needs is another"
printf 'new\n' >d.txt && sed -i 's/<d >a/<d.txt >a/; s/deps: .d.,/deps: [d.txt],/' mlv.yaml; runs; cat a b
echo "== one alone, from one on, all that hangs together"; sed -i 's/wc -c <a/wc -c <a -/; s/cat b >c/cat b b >c/; s/echo o/echo oo/' mlv.yaml; sed -i 's/<a -/<a/' mlv.yaml
runs -s c; runs -s c; sed -i 's/cat b b/cat b/' mlv.yaml; rm b; runs --downstream b; sed -i 's/cat b/cat b b/' mlv.yaml; runs -p a; runs other
echo "== an output that was deleted, alone"; rm a; runs a; rm .mlv/cache/runs -r; rm a; runs --no-run-cache
echo "== what is missing and may be"; rm d.txt a b && mv .mlv/cache kept; runs --dry --allow-missing; runs --allow-missing c; LC_ALL=C ls; mlv repro c; echo "status $?"; rm -rf .mlv/cache && mv kept .mlv/cache
echo "== a frozen import is not updated"; cd ../src && echo newer >d && mlv add -q d && git commit -qam 2 && cd ../w && git checkout -q . && mlv checkout -q -f d && mlv repro -q; cat d; mlv repro | tail -n 1; mlv update d 2>&1; mlv unfreeze -q d && mlv update -q d && cat d && mlv repro | grep Running
