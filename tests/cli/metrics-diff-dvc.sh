# What readers of `dvc metrics diff --json` read: old, new and diff of each metric, and nothing more.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
metrics: [m.json]
evals:
  test: {predictions: p.csv, task: binary, columns: {label: y, pred: p}, metrics: [accuracy, fpr, precision]}
slices: [{by: g}]
END
echo '{"loss": 0.5, "same": 1, "note": "a", "folds": [1, 2, 3], "gone": 2}' >m.json
printf '%s\n' y,p,g 1,1,a 0,0,a 1,0,b 0,0,b >p.csv
mlv eval -q && git add -A && git commit -qm one
echo '{"loss": 0.25, "same": 1, "note": "b", "folds": [2, 3, 4], "came": 2}' >m.json
printf '%s\n' y,p,g 1,1,a 0,0,a 1,1,b 0,0,b >p.csv
mlv eval -q
mlv metrics diff --format dvc-json | /usr/bin/python3 -m json.tool --compact
mlv metrics diff --format dvc-json --all HEAD HEAD | /usr/bin/python3 -m json.tool --compact
mlv metrics diff --format dvc || echo "$?"
