# What one clone ran another restores: push, fetch and pull --run-cache bring runs with what they made.
git init -q one && cd one && mlv init -q
cat >mlv.yaml <<'X'
stages:
  prep:
    cmd: sort raw >data
    deps: [raw]
    outs: [data]
  train:
    cmd: mkdir -p model && cp data model/w && cat data data >model/two && wc -l <data | tr -d ' ' >m.json
    deps: [data]
    params: [lr]
    outs: [model]
    metrics: [m.json: {cache: false}]
X
printf 'b\na\n' >raw; echo 'lr: 0.1' >params.yaml
mlv remote add -q -d store ../remote; git add -A; git commit -qm begin
echo "== nothing yet"; mlv fetch --run-cache; mlv push --run-cache
echo "== two runs, of which one is of no commit"
mlv repro >/dev/null 2>&1; git add -A; git commit -qm old
printf 'd\nc\n' >raw; mlv repro >/dev/null 2>&1; printf 'b\na\n' >raw; mlv repro
mlv push; mlv push --run-cache; mlv push --run-cache
mlv --json push --run-cache | grep -o '"pushed": 0, "bytes": 0, "runs": 0'
count() { ls ../remote/runs/??/* | wc -l | tr -d ' '; }
wc -l <../remote/runs/index | tr -d ' '; count
echo "== another clone runs nothing"
cd ..; git clone -q one two; cd two; mlv remote trust store -q
mlv pull --run-cache; mlv pull --run-cache
printf 'd\nc\n' >raw; mlv repro; cat data model/two m.json
echo "== what is pushed at the same time is kept"
echo 'lr: 0.2' >params.yaml; mlv repro >/dev/null 2>&1; mlv push --run-cache
cd ../one; printf 'z\n' >raw; mlv repro >/dev/null 2>&1; mlv push --run-cache; wc -l <../remote/runs/index | tr -d ' '
mlv fetch --run-cache
echo "== gc: runs go with what they made"; git checkout -q raw; mlv repro -q 2>/dev/null
mlv gc -w -f --grace 0 | sed 's/, [^,]* removed$/ removed/'; mlv push --run-cache
mlv repro; mlv fetch --run-cache | sed 's/^[0-9]* files/N files/'
echo "== what is wrong at the remote is passed over"
cd ..; git clone -q one three; cd three
chmod -R u+w ../remote
for file in ../remote/runs/??/*; do case $file in *index) ;; *) first=$file; break;; esac; done
echo 'x' >>"$first"; mlv fetch --run-cache | sed 's/^[0-9]* files/N files/'
echo "== an entry under another's name"
cd ..; git clone -q one four; cd four; mlv remote trust store -q; cp ../remote/runs/index index
python3 - <<'X'
lines = open('index').read().split('\n')
a, b = lines[3].split(), lines[4].split()
lines[3], lines[4] = a[0] + ' ' + b[1], b[0] + ' ' + a[1]
open('../remote/runs/index', 'w').write('\n'.join(lines))
X
mlv fetch --run-cache | sed 's/^[0-9]* files/N files/'
echo "== what runs made is gone there: none is kept, and a push sends it again"
cd ..; git clone -q one five; cd five; rm -rf ../remote/objects ../remote/packs ../remote/nodes ../remote/roots
mlv fetch --run-cache --allow-missing -q 2>&1 | grep runs; [ -e .mlv/cache/runs ] || echo none
cd ../four; mlv push --run-cache | sed 's/^[0-9]* files/N files/'; cd ../five; mlv fetch -q --run-cache --allow-missing 2>&1 | grep runs; ls .mlv/cache/runs/*/* | wc -l | tr -d ' '; cd ../four
echo "== an index that is none"; echo junk >../remote/runs/index; mlv fetch --run-cache || echo "exit $?"
mlv push --run-cache; head -1 ../remote/runs/index
echo "== what stays here"
cat >mlv.yaml <<'X'
stages:
  here:
    cmd: echo secret >here
    outs: [here: {push: false}]
X
mlv repro >/dev/null 2>&1; mlv push --run-cache
mlv push --run-cache --dry-run || echo "exit $?"
