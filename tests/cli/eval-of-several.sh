# Of several evaluations a command that is of one asks for its name, and says one; of none it says where they stand.
git init -q && mlv init -q
printf 'id,y,p,g\na,0,0.1,x\nb,1,0.9,x\nc,0,0.2,z\nd,1,0.8,z\n' >p.csv
cat >mlv.yaml <<'END'
evals:
  one: &one {predictions: p.csv, task: binary, columns: {id: id, label: y, score: p}, metrics: [accuracy]}
  two: *one
slices: [{by: g}]
fairness: [{by: g}]
gates: {main: {rules: [overall.accuracy >= 0.5]}}
END
mlv eval -q
all() {
	mlv slices ls "$@" || echo "$?"
	mlv fairness "$@" >/dev/null || echo "$?"
	mlv report --vega none --html page.html "$@" || echo "$?"
}
all
mlv gate || echo "$?"
all on
all one
sed -i '/^  /d; s/evals:/evals: {}/' mlv.yaml
all
