# What mlv.yaml may not say: each error names its line, and what was meant where that can be guessed.
mlv init -q --no-scm
printf 'y,p\n0,0\n1,1\n' >t.csv
try() {
	cat >mlv.yaml
	mlv eval "$@" 2>&1
	echo "$?"
}
good='    predictions: t.csv
    task: multiclass
    columns: {label: y, pred: p}
    metrics: [accuracy]'
printf 'evals:\n  e:\n%s\n    metrcs: [f1]\n' "$good" | try
printf 'evals:\n  e:\n%s\n' "$good" | sed 's/accuracy/accuraccy/' | try
printf 'evals:\n  e:\n%s\n' "$good" | sed 's/accuracy/roc_auc_score/' | try
printf 'evals:\n  e:\n%s\n' "$good" | sed 's/accuracy/auc/' | try
printf 'evals:\n  e:\n%s\n' "$good" | sed 's/multiclass/multi/' | try
printf 'evals:\n  e:\n%s\n' "$good" | sed 's/, pred: p//' | try
printf 'evals:\n  e:\n%s\n' "$good" | sed 's/t.csv/..\/t.csv/' | try
printf 'evals:\n  e:\n%s\nslices: [{by: p, bins: [3, 2]}]\n' "$good" | try
printf 'evals:\n  e:\n%s\nslices: [{by: p, bins: [1, 2], quantiles: 3}]\n' "$good" | try
printf 'evals:\n  e:\n%s\nslices: [{by: q}]\n' "$good" | try
printf 'evals:\n  e:\n%s\nslices: [{cross: [p, q]}]\n' "$good" | try
printf 'evals:\n  e:\n%s\nslices: [{by: p}, {by: p, top: 3}]\n' "$good" | try
printf 'evals:\n  e:\n%s\n    slices: [q]\nslices: [{by: p}]\n' "$good" | try
printf 'evals:\n  e:\n%s\n    direction: {accuracy: up}\n' "$good" | try
printf 'evals:\n  .e:\n%s\n' "$good" | try
printf 'evals:\n  test:\n%s\n' "$good" | try tset
printf 'metrics: [m.json]\n' | try
rm mlv.yaml
mlv eval 2>&1
echo $?
