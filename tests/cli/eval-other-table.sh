# What would be found of another table: nothing is written, and a record stays one of what mlv.yaml names.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, pred: p}, metrics: [accuracy]}
  with: {predictions: p.csv, task: binary, columns: {id: id, label: y, pred: p}, join: {path: f.csv, on: id}, metrics: [accuracy]}
slices: [{by: label}]
END
printf '%s\n' id,y,p 1,1,1 2,0,0 3,1,0 4,0,0 >p.csv
printf '%s\n' id,y,p 1,1,1 2,0,0 >q.csv
printf '%s\n' id,x 1,1 2,1 3,2 4,2 >f.csv
mkdir sub
mlv eval -q && cp evals/test.json before.json
mlv eval -n test --predictions q.csv
(cd sub && mlv eval -n test --predictions ../q.csv --json)
mlv eval -n with --features f.csv --predictions q.csv
cmp evals/test.json before.json && mlv eval verify
mlv eval test --predictions q.csv || echo "$?"
mlv eval -n --predictions q.csv || echo "$?"
mlv eval -n test --features f.csv || echo "$?"
mlv eval -n test --predictions ../q.csv || echo "$?"
mlv eval -n test --predictions nosuch.csv || echo "$?"
