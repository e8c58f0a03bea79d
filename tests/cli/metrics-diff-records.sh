# Records of two versions: what is worse, better, and what cannot be told, on the same rows.
git init -q && mlv init -q
table() {
	LC_ALL=C awk -v low="$1" -v bad="$2" 'BEGIN {
		print "id,y,s,g"
		for (i = 0; i < 400; i++) {
			y = i % 2; g = int(i / 100) ; right = (i * 37 % 100) >= (g == bad ? 45 : low)
			print "r" i "," y "," (right == y ? 0.6 : 0.3) "," g
		}
	}'
}
table 30 9 >p.csv
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy, fpr, f1, auc, brier, ece]}
slices: [{by: g}]
END
mlv eval -q && mlv add -q p.csv && git add -A && git commit -qm one
table 20 2 >p.csv
mlv eval -q
mlv metrics diff
mlv metrics diff --all --slices 'g=[03]' --adjust none
echo
mlv metrics diff --no-rows --md --precision 3
mlv metrics diff --json --slices 'g=2' | /usr/bin/python3 -c '
import json, sys
d = json.load(sys.stdin)["evals/test.json"]
print(d["accuracy"])
print(sorted(d), sorted(d["slices"]), d["slices"]["g=2"]["fpr"]["verdict"], d["test_set"])'
mlv metrics diff --adjust all
echo $?
