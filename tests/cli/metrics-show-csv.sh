# Metrics as CSV: of files and records one table, with full precision; records by the name of their evaluation.
git init -q && mlv init -q
printf 'y,p,g\nu,u,"a,b"\nu,v,b\nv,v,"a,b"\nv,v,c\nu,v,b\n' >p.csv
cat >mlv.yaml <<'END'
metrics: [m.json]
evals:
  test: {predictions: p.csv, task: multiclass, columns: {label: y, pred: p}, metrics: [accuracy, kappa]}
  later: {predictions: q.csv, task: multiclass, columns: {label: y, pred: p}, metrics: [accuracy]}
slices: [{by: g}]
END
echo '{"loss": 0.1, "note": "two, \"three\"", "f1": [0.5, 0.25, 0.1], "big": 1e300}' >m.json
mlv eval -q test && git add -A && git commit -qm one
mlv metrics show --csv
echo '--- an evaluation by its name, also of a revision, from a directory below, and beside a directory of that name'
mlv metrics show test
mkdir -p test sub && (cd sub && mlv metrics show --csv --slices 'g=*' --sort delta --rev HEAD test)
mlv metrics show test --csv --slices '*' --sort n
mlv metrics show later
echo $?
mlv metrics show tset
echo $?
echo '--- several revisions; a file of that name comes first'
mlv metrics show --csv -T test
git tag v1
mlv metrics show --csv -T test
rmdir test && echo '{"x": 1}' >test && mlv metrics show --csv test
mlv metrics diff --targets test
rm test
sed -i '2s/,u,/,v,/' p.csv && mlv eval -q test && mlv metrics diff --targets test --paired none
echo '--- one form at a time'
mlv metrics show --csv --md
echo $?
mlv metrics show --csv --json
echo $?
