# A profile whose counts cannot be is refused by its path: sums of them would wrap, and no drift be found.
git init -q && mlv init -q
cat >mlv.yaml <<'YAML'
evals:
  test: {predictions: p.csv, task: binary, columns: {label: y, score: s}, metrics: [accuracy]}
slices: [{by: label}]
monitor:
  prod: {reference: test, features: [color]}
YAML
LC_ALL=C awk 'BEGIN { print "y,s,color"; for (i = 0; i < 100; i++) print i % 2 "," (i % 2 ? 0.75 : 0.25) "," (i % 3 ? "red" : "blue") }' >p.csv
mlv eval -q && mlv monitor profile && cp monitor/prod.json good
mlv monitor check -n --input p.csv | grep color
for change in 's/"red":66/"red":9223372036854775807/' 's/"red":66/"red":67/' 's/"red":66/"red":-1/' 's/"rows":100}/"rows":1e3}/' 's/"counts":{[^}]*}/"counts":{}/' 's/"counts":{[^}]*}/"points":[]/'; do
	sed "$change" good >monitor/prod.json
	cmp -s good monitor/prod.json && echo "not changed: $change"
	mlv monitor check -n --input p.csv
	echo $?
done
