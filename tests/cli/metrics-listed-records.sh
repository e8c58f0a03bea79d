# Records among what mlv.yaml lists as metrics, also below a directory, are shown and compared as records.
git init -q && mlv init -q && echo p.csv >.gitignore
cat >mlv.yaml <<'END'
metrics: [evals, results]
evals:
  e: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy]}
slices: [{by: g}]
END
rows() { LC_ALL=C awk -v wrong="$1" 'BEGIN { print "id,y,s,g"; for (i = 0; i < 200; i++) { y = i % 2; print "r" i "," y "," ((i * 37 % 100 >= wrong) == y ? 0.75 : 0.25) "," i % 3 } }'; }
rows 10 >p.csv && mlv eval -q && mkdir -p results/old && cp evals/e.json results/old/r.json && echo '{"loss": 0.5}' >results/m.json
git add -A && git commit -qm one
rows 40 >p.csv && mlv eval -q && cp evals/e.json results/old/r.json && echo '{"loss": 0.75}' >results/m.json
echo '--- show'
mlv metrics show
mlv metrics show --slices 'g=1' --json | /usr/bin/python3 -c 'import json, sys; d = json.load(sys.stdin); print(*d, *d["results/old/r.json"]); print(d["results/old/r.json"]["slices"])'
mlv metrics show results/old/r.json
mlv metrics show -R results --json | /usr/bin/python3 -c 'import json, sys; print(*json.load(sys.stdin))'
echo '--- diff'
mlv metrics diff
mlv metrics diff --json | /usr/bin/python3 -c 'import json, sys; d = json.load(sys.stdin); print(*d); print(d["results/old/r.json"]["accuracy"]["verdict"], d["results/m.json"])'
mlv metrics diff --targets results/old/r.json | head -1
echo '--- several revisions: as metrics files'
git add -A && git commit -qm two && git tag v2 && mlv metrics show -T
echo '--- log, blame and bisect'
mlv metrics log accuracy --eval results/old/r.json --slice g=1 | sed 's/^[0-9a-f]\{10\}/COMMIT    /; s/....-..-../DATE      /'
mlv metrics blame accuracy --eval results/old/r.json | sed 's/[0-9a-f]\{40\}/COMMIT/; s/[0-9a-f]\{10\}/COMMIT/; s/....-..-../DATE/'
mlv metrics log accuracy --eval results/none.json
echo $?
mlv metrics log accuracy --eval ../e.json
echo $?
echo '--- no evaluation but a record that is listed; at the root, too'
cp evals/e.json root.json && echo 'metrics: [root.json]' >mlv.yaml && git add -A && git commit -qm three
mlv metrics show && mlv metrics diff HEAD~1
mlv metrics log accuracy | sed 's/^[0-9a-f]\{10\}/COMMIT    /; s/....-..-../DATE      /'
echo '--- what only looks like one'
echo '{"schema":"mlv.eval/1","name":"x"}' >root.json && mlv metrics show
echo $?
