# status tells which stages are out of date, and why; nothing that did not change is read.
git init -q && mlv init -q
cat >mlv.yaml <<'X'
vars: [{n: 1}]
stages:
  prep: {cmd: sort raw >data, deps: [raw], outs: [data]}
  train: {cmd: cp data model, deps: [data], params: [lr], env: [SEED], outs: [model], metrics: [m.json: {cache: false}]}
  hello: {cmd: echo hello}
  parts: {cmd: "cat parts/*.txt >all", deps: ["parts/*.txt"], outs: [all]}
X
sed -i 's/cp data model/cp data model; echo 1 >m.json/' mlv.yaml
mkdir parts; echo 1 >parts/1.txt; echo b >raw; echo 'lr: 0.1' >params.yaml
echo "== never ran"; mlv status
mlv repro -q
echo "== always changed"; mlv status; sed -i '/hello/d' mlv.yaml
echo "== clean"; mlv status; mlv --json status; mlv status -q; echo "status $?"
echo "== changes"; echo c >raw; echo 'lr: 0.2' >params.yaml; rm model; echo 2 >m.json; echo 2 >parts/2.txt; sed -i 's/sort raw/sort -u raw/' mlv.yaml
SEED=7 mlv status; SEED=7 mlv status -v; mlv status data; mlv --json status model; mlv status -q; echo "status $?"
echo "== frozen"; mlv freeze prep train; mlv freeze prep; grep -n frozen mlv.yaml; mlv status prep; mlv repro prep; mlv unfreeze prep train parts; mlv freeze none; echo "status $?"
echo "== frozen groups"; printf 'stages:\n  g:\n    foreach: [a, b]\n    do:\n      cmd: echo ${item} >${item}\n      outs: ["${item}"]\n' >mlv.yaml
mlv freeze g@a; cat mlv.yaml; mlv repro; mlv unfreeze g; mlv repro -q && cat a b
