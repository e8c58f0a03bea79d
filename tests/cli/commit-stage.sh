# What stages made is stored and recorded by commit, too: after --no-commit, and what was made by hand.
git init -q && mlv init -q
cat >mlv.yaml <<'X'
stages:
  a: {cmd: cp in a, deps: [in], outs: [a]}
  b: {cmd: cp a b, deps: [a], outs: [b], metrics: [m: {cache: false}]}
X
sed -i 's/cp a b/cp a b; echo 1 >m/' mlv.yaml; echo 1 >in
mlv repro -q --no-commit; ls .mlv/cache/objects 2>/dev/null; mlv status; mlv commit; rm a b; mlv checkout; cat a b
echo "== by hand"; echo hand >b; mlv commit b; echo "status $?"; mlv commit; echo "status $?"; mlv commit -f b; mlv status; mlv repro
echo "== inputs"; echo 2 >in; mlv commit; mlv commit a; echo "status $?"; mlv --json commit -f a; mlv status
