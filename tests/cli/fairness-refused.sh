# What fairness cannot be told of: each error names the file, and the line where there is one.
mlv init -q --no-scm
printf 'id,y,s,g\n1,0,0.5,a\n2,1,0.6,b\n3,1,0.1,b\n' >p.csv
try() {
	cat >mlv.yaml <<END
evals:
  test: {predictions: p.csv, task: ${task:-binary}, columns: {label: y, ${columns:-score: s}}, metrics: [accuracy]}
slices: [{by: g}]
$1
END
	shift
	mlv fairness "$@" 2>&1
	echo "$?"
}
try ''
try 'fairness: {by: g}'
try 'fairness: [{}]'
try 'fairness: [{by: g, refrence: min}]'
try 'fairness: [{by: g, reference: max}]'
try 'fairness: [{by: g, reference: {value: c}}]'
try 'fairness: [{by: h}]'
try 'fairness: [{by: g, metrics: [fprr]}]'
try 'fairness: [{by: g, tau: 1.2}]'
try 'fairness: [{by: g}]' --ref c
try 'fairness: [{by: g}]' --tau 0
try 'fairness: [{by: g}]' --format csv
try 'fairness: [{by: g}]' nosuch
try 'fairness: [{by: g}]' --config x
columns='pred: g' task=multiclass try 'fairness: [{by: g}]'
columns='score: s, weight: s' try 'fairness: [{by: g}]'
aequitas() {
	mlv fairness --aequitas "$@" 2>&1 | grep -v '^0,'
}
aequitas nosuch.csv
aequitas p.csv
printf 'score,label_value\n1,0\n' >a.csv && aequitas a.csv
printf 'score,label_value,g\n1,2,x\n' >a.csv && aequitas a.csv
printf 'score,label_value,g\n0.5,1,x\n' >a.csv && aequitas a.csv
printf 'score,label_value,g,model_id\n1,1,x,1\n1,0,y,2\n' >a.csv && aequitas a.csv
printf 'score,label_value,g\n1,1,x\n1,,y\n' >a.csv && aequitas a.csv
printf 'score,label_value,g\n1,1,x\n0,0,y\n' >a.csv
for config in 'score_thresholds: {rank_pct: [10]}' 'score_thresholds: {rank: [1]}' 'score_thresholds: {rank_abs: 1}' \
	'ref_groups_method: best' 'ref_groups_method: predefined' 'attr_cols: [h]' 'fairness_measures: [Parity]' \
	'fairness_treshold: 1' 'ref_groups_method: predefined
ref_groups: {h: x}'; do
	echo "$config" >c.yaml
	aequitas a.csv --config c.yaml
done
aequitas a.csv --config nosuch.yaml
aequitas .
try 'fairness: [{by: g, control: g}]'
try 'fairness: [{by: g, control: h}]'
sed -i 's/by: g}/by: g}, {name: r, where: g == "a"}/; s/^fairness.*/fairness: [{by: r}]/' mlv.yaml
mlv fairness 2>&1 || echo "$?"
