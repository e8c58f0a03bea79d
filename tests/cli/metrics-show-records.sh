# What a record says: overall, with --slices also slices, the worst first where that is asked for.
git init -q && mlv init -q
printf 'y,p,g\nu,u,a\nu,v,b\nv,v,a\nv,v,c\nu,v,b\n' >p.csv
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: multiclass, columns: {label: y, pred: p}, metrics: [accuracy, kappa]}
slices: [{by: g}]
END
mlv eval -q && git add -A && git commit -qm one
mlv metrics show
mlv metrics show --slices 'g=*' --sort worst
mlv metrics show --slices 'g=[ab]' --sort n --rev HEAD evals/test.json
mlv metrics show --json --slices 'g=b' | /usr/bin/python3 -m json.tool --compact
mlv metrics show evals/test.metrics.json
mlv metrics show --sort best
echo $?
sed -i 's/"mlv.eval\/1"/"mlv.eval\/2"/' evals/test.json
mlv metrics show
echo $?
