# New rows beside those of an evaluation: alike, shifted, labelled and not, with values that nobody knew.
git init -q && mlv init -q
cat >mlv.yaml <<'YAML'
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy, auc]}
slices: [{by: label}, {by: color}, {by: age, quantiles: 3}, {cross: [color, label]}]
monitor:
  prod: {reference: test, features: [age, color], psi: 0.1}
YAML
# rows COUNT AGE WRONG: ages from AGE on, so many percent of predictions wrong.
rows() {
	LC_ALL=C awk -v count="$1" -v age="$2" -v wrong="$3" 'BEGIN {
		print "id,y,s,age,color"
		for (i = 0; i < count; i++) {
			y = i % 2; right = i * 37 % 100 >= wrong
			print "r" i "," y "," (right == y ? 0.5 + i * 13 % 50 / 100 : i * 29 % 50 / 100) "," age + i * 7 % 60 + i % 10 / 10 "," (i % 3 ? "red" : "blue")
		}
	}'
}
rows 900 20 20 >p.csv
mlv monitor profile || echo "$?"
mlv eval -q && mlv monitor check --input p.csv || echo "$?"
mlv monitor profile && mlv monitor profile --json && cut -c 1-60 monitor/prod.json
git add . && git commit -qm one && git tag v1
echo "--- the same"
mlv monitor check --input p.csv --window same; echo "$?"
echo "--- alike, without labels, ids, and in another form"
rows 300 20 20 | awk -F, 'NR > 1 { print "{\"s\":" $3 ",\"age\":" $4 ",\"color\":\"" $5 "\"}" }' >alike.jsonl
mlv monitor check --input alike.jsonl; echo "$?"
echo "--- older, worse, and green"
rows 300 40 45 | sed 's/,red$/,"gr""een"/' >shifted.csv
mlv monitor check prod --model v1 --input shifted.csv; echo "$?"
mlv monitor check --soft -n --input shifted.csv --json | /usr/bin/python3 -c '
import json, sys
found = json.loads(sys.stdin.readline())
print(sorted(found), found["rows"], found["new"], [row["name"] for row in found["drift"] if row["drifted"]])'
mlv monitor log && mlv monitor log --json | wc -l
echo "--- few rows: a PSI above the limit is noise"
head -13 p.csv >few.csv
mlv monitor check -n --input few.csv | head -6
echo "--- what does not fit"
mlv monitor check || echo "$?"
mlv monitor check --input nosuch.csv || echo "$?"
mlv monitor check --input . || echo "$?"
cut -d, -f 1-4 p.csv >narrow.csv && mlv monitor check -n --input narrow.csv || echo "$?"
mlv monitor check other --input p.csv || echo "$?"
rows 900 20 25 >p.csv && mlv monitor profile || echo "$?"
mlv eval -q && mlv monitor check -n --input p.csv || echo "$?"
mlv monitor check -n -q --model v1 --input p.csv; echo "$?"
sed -i 's/quantiles: 3/bins: [0, 50, .inf]/' mlv.yaml && mlv monitor profile -q && mlv monitor check -n --input p.csv || echo "$?"
sed -i 's/reference: test/refrence: test/' mlv.yaml && mlv monitor log || echo "$?"
echo '{"schema":"mlv.profile/1","features":{"age":{"points":[2,1],"rows":2}}}' >monitor/prod.json
git checkout -q mlv.yaml && mlv monitor check -n --input p.csv || echo "$?"
echo '{"schema":"mlv.profile/1","features":{"age":{"points":[1,2],"rows":2}}}' >monitor/prod.json
mlv monitor check -n --input p.csv || echo "$?"
