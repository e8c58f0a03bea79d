# The edges that the first record gets stay, until others are asked for.
mlv init -q --no-scm
printf 'y,p,x\n1,1,1\n1,1,2\n1,1,3\n1,2,4\n' >t.csv
cat >mlv.yaml <<'END'
evals:
  e: {predictions: t.csv, task: regression, columns: {label: y, pred: p}, metrics: [mae]}
slices: [{by: x, quantiles: 2}]
END
mlv eval -q && grep edges evals/e.json
printf 'y,p,x\n1,1,10\n1,1,20\n1,1,30\n1,2,40\n1,1,\n' >t.csv
mlv eval -q && grep -E 'edges|"dim"' evals/e.json | cut -c 1-70
mlv eval -n --new-edges | head -1
mlv eval -q && grep edges evals/e.json
mlv eval -q --new-edges && grep edges evals/e.json
