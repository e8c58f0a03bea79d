# A name that nothing has: the nearest one is offered, or what there is.
git init -q && mlv init -q
cat >mlv.yaml <<'YAML'
evals:
  test: {predictions: p.csv, task: binary, columns: {label: y, score: s}, metrics: [accuracy]}
  held-out: {predictions: p.csv, task: binary, columns: {label: y, score: s}, metrics: [accuracy]}
gates:
  release: {eval: test, rules: [{metric: accuracy, min: 0.5}]}
cv:
  five: {data: p.csv, scheme: kfold, k: 5}
monitor:
  prod: {reference: test}
  canary: {reference: test}
YAML
printf 'y,s\n0,0.25\n1,0.75\n' >p.csv
for command in 'eval tset' 'eval nothing' 'gate releese' 'gate x' 'cv split fife' 'cv split x' 'monitor profile prd' 'monitor profile x' 'monitor profile' 'report --html r.html x'; do
	echo "--- $command" >&2
	mlv $command
	echo "$?" >&2
done
sed -i '/^cv/,$d' mlv.yaml
mlv cv split five
