# What is compared in pairs, at which level, from which number of rows on; the merge base; the exit status of a difference.
git init -q -b main && mlv init -q
cat >mlv.yaml <<'END'
metrics: [m.json]
cv:
  e: {data: d.csv, scheme: kfold, k: 4, id: id}
evals:
  e: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s, fold: f}, metrics: [accuracy]}
slices: [{by: g}]
END
LC_ALL=C awk 'BEGIN { print "id,y"; for (i = 0; i < 200; i++) print "r" i "," i % 2 }' >d.csv
rows() { LC_ALL=C awk -v wrong="$1" 'BEGIN { print "id,y,s,f,g"; for (i = 0; i < 200; i++) { y = i % 2; print "r" i "," y "," ((i * i * 37 % 101 >= wrong) == y ? 0.75 : 0.25) "," int(i / 50) "," i % 3 } }'; }
commit() { rows "$1" >p.csv && echo "{\"loss\": $1}" >m.json && mlv eval -q && git add -A && git commit -qm "$1"; }
commit 30
git branch side && commit 40
git checkout -q side && commit 21
mlv metrics diff --exit-code
echo $?
mlv metrics diff --exit-code main HEAD >/dev/null
echo $?
mlv metrics diff --exit-code --targets m.json main HEAD
echo $?
echo '--- from where main and side parted'
mlv metrics diff --merge-base main HEAD | sed "s/$(git rev-parse --short=10 main~1)/PARTED    /"
mlv metrics diff --merge-base main --json | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["m.json"])'
git checkout -q --orphan alone && git commit -qm alone && mlv metrics diff --merge-base main HEAD 2>&1 | sed 's/[0-9a-f]\{10\}/COMMIT/g'
git checkout -q -f side
echo '--- in pairs of rows, of folds, and not'
for how in rows folds none; do mlv metrics diff --paired $how main HEAD | grep -E 'evidence|overall'; done
mlv metrics diff --no-rows main HEAD | head -2
mlv metrics diff --paired columns
echo $?
echo '--- level, rows, margin'
mlv metrics diff --level 0.5 --min-n 67 --all main HEAD | grep -E 'overall|g='
mlv metrics diff --margin 0.2 main HEAD | grep folds
mlv metrics diff --level 95
echo $?
mlv metrics diff --margin x
echo $?
echo '--- a clone that does not go back so far'
git clone -q --depth 1 "file://$PWD" shallow && cd shallow && mlv metrics diff HEAD~1
echo $?
