# The rules of a gate, of new rows with labels: beside the reference, by slice; without labels nobody judges.
git init -q && mlv init -q
cat >mlv.yaml <<'YAML'
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy]}
slices: [{by: color}]
fairness: [{by: color, tau: 0.5}]
gates:
  live:
    rules: ["overall.accuracy >= 0.6", "slices.color.accuracy drop < 0.05 mode significant", "fairness.color.accuracy in tau"]
  strict: {rules: ["overall.accuracy drop < 0 mode noninferior margin 0.01"]}
monitor:
  prod: {reference: test, gate: live}
  other: {reference: test, gate: strict}
YAML
# rows COUNT RED BLUE: so many percent of predictions wrong in each.
rows() {
	LC_ALL=C awk -v count="$1" -v red="$2" -v blue="$3" 'BEGIN {
		print "id,y,s,color"
		for (i = 0; i < count; i++) {
			y = i % 2; color = i % 3 ? "red" : "blue"; right = i * 37 % 100 >= (i % 3 ? red : blue)
			print "r" i "," y "," (right == y ? 0.5 + i * 13 % 50 / 100 : i * 29 % 50 / 100) "," color
		}
	}'
}
rows 900 20 20 >p.csv
mlv eval -q && mlv monitor profile -q prod && mlv monitor profile -q other
rows 600 20 50 >new.csv
mlv monitor check prod --input new.csv | sed -n '/^gate/,$p'
mlv monitor check prod -q --input new.csv || echo "$?"
mlv monitor check prod --soft --json --input new.csv | /usr/bin/python3 -c '
import json, sys
print(json.dumps(json.loads(sys.stdin.readline())["gate"]))'
/usr/bin/python3 -c 'import json; print([json.loads(line)["gate"]["outcome"] for line in open("monitor/prod.jsonl")])'
echo "--- as good as before"
mlv monitor check prod --input p.csv | sed -n '/^gate/,$p'
mlv monitor check other -q --input new.csv || echo "$?"
rows 300 20 20 >few.csv && mlv monitor check other --input few.csv | sed -n '/^gate/,$p'
mlv monitor check other -q --input few.csv || echo "$?"
echo "--- without labels"
cut -d, -f 1,3,4 new.csv >bare.csv
mlv monitor check prod --input bare.csv | sed -n '/^gate/,$p'
mlv monitor check prod --input bare.csv -q && echo 0
echo "--- what is no gate of it"
sed -i 's/gate: strict/gate: nosuch/; s/live:$/live:\n    eval: else/' mlv.yaml
mlv monitor check prod --input new.csv || echo "$?"
mlv monitor check other --input new.csv || echo "$?"
