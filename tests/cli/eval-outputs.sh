# What is written where is said; a place that cannot be written to is told with what to do.
git init -q && mlv init -q
cat >mlv.yaml <<'YAML'
evals:
  test: {predictions: p.csv, task: binary, columns: {label: y, score: s}, metrics: [accuracy]}
YAML
printf 'y,s\n1,0.75\n0,0.25\n' >p.csv
mlv eval | head -1 && mlv eval --json && mlv eval --dry-run | head -1
mkdir 'a dir'
mlv report --vega none --html 'a dir'; echo "$?"
mlv report --vega none --html 'no dir/x.html'; echo "$?"
mlv report --vega none --html p.csv/x.html; echo "$?"
mlv report --vega none --html 'a dir/x.html'; echo "$?"
mlv card build -q && mlv card export --hf -o 'no dir/x.yaml'; echo "$?"
echo "--- what is wrong in mlv.yaml is told once"
echo 'evals: [' >mlv.yaml
mlv metrics show; echo "$?"
mlv metrics diff; echo "$?"
