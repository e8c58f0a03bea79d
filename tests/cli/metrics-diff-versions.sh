# Three versions and more: whether they are right equally often on the same rows.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, pred: p}, metrics: [accuracy], min_n: 3}
slices: [{by: g}]
END
# The table of statsmodels' test_cochranq(), from R's CVST: nine rows, four versions, Q 4.2.
version() {
	i=0
	echo id,y,p,g >p.csv
	for right in $(echo "$1" | sed 's/./& /g'); do
		i=$((i + 1)) && echo "$i,1,$right,$([ $i -gt 2 ] && echo many || echo few)" >>p.csv
	done
	mlv eval -q && mlv add -q p.csv && git add -A && git commit -qm "$1" && git tag "v$2"
}
version 101001010 1
version 011110111 2
version 111001010 3
version 110000010 4
mlv metrics diff v1 v2 v3 v4
mlv metrics diff --md --precision 2 v4 v2 v1
mlv metrics diff --slices "*many" --level 0.99 v1 v2 v3 v4
mlv metrics diff --json v1 v2 v3 v4 | /usr/bin/python3 -c '
import json, math, sys
d = json.load(sys.stdin)["evals/test.json"]
assert abs(d["q"] - 4.2) < 1e-12 and d["rows"] == 9, d
# Chi-squared with three degrees of freedom, by its closed form.
p = math.erfc(math.sqrt(2.1)) + math.sqrt(8.4 / math.pi) * math.exp(-2.1)
assert abs(d["p"] - p) < 1e-12, (d["p"], p)
print(d["versions"], d["accuracy"], sorted(d["slices"]))'
# A row that a version has not, or with another label, is left out.
sed -i '/^9,/d; s/^8,1,/8,0,/' p.csv && mlv eval -q && mlv add -q p.csv && git add -A && git commit -qm less && git tag v5
mlv metrics diff v1 v2 v5 | sed -n '3p'
mlv metrics diff --exit-code v1 v2 v3 || echo "$?"
mlv metrics diff v1 v2 nosuch || echo "$?"
sed -i 's/pred: p}/pred: p, weight: id}/' mlv.yaml && mlv eval -q && git commit -qam weights
mlv metrics diff v1 v2 HEAD || echo "$?"
sed -i 's/weight: id/group: g/' mlv.yaml && mlv eval -q && git commit -qam groups
mlv metrics diff HEAD HEAD HEAD || echo "$?"
