# Worst slice, gaps, and what of a change is within slices and what by their shares of the rows.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
evals:
  kidney: {predictions: p.csv, task: multiclass, columns: {id: id, label: y, pred: p}, metrics: [accuracy, error]}
slices: [{by: size}, {by: ward}]
END
# Kidney stones (Charig and others, BMJ 292, 1986): success of open surgery, 81 of 87 small stones and 192 of 263 large
# ones; of nephrolithotomy, 234 of 270 and 55 of 80. By Kitagawa's formula, computed from these counts by hand:
# all +16/350 = +0.045714; within slices -0.053671217, by shares +0.099385503.
table() {
	LC_ALL=C awk -v id="$1" -v small="$2" -v n="$3" -v large="$4" 'BEGIN {
		print "id,y,p,size,ward"
		for (i = 0; i < 350; i++) {
			right = i < n ? i < small : i - n < large
			print id i ",u," (right ? "u" : "v") "," (i < n ? "small" : "large") "," (i < 175 ? "a" : i < 345 ? "b" : id)
		}
	}'
}
table o 81 87 192 >p.csv
mlv eval -q && git add -A && git commit -qm open
table n 234 270 55 >p.csv
mlv eval -q
mlv metrics diff
echo
mlv metrics diff --all --precision 9 --slices 'ward=*' | sed 1,/tests/d
mlv metrics diff --json | /usr/bin/python3 -c '
import json, sys
d = json.load(sys.stdin)["evals/kidney.json"]
within = ((87 + 270) / 700) * (234 / 270 - 81 / 87) + ((263 + 80) / 700) * (55 / 80 - 192 / 263)
shares = ((270 - 87) / 350) * (81 / 87 + 234 / 270) / 2 + ((80 - 263) / 350) * (192 / 263 + 55 / 80) / 2
mix = d["mix"]["size"]["accuracy"]
assert abs(mix["within"] - within) < 1e-12 and abs(mix["shares"] - shares) < 1e-12, mix
assert abs(mix["within"] + 0.053671217) < 1e-9 and abs(mix["shares"] - 0.099385503) < 1e-9
assert abs(mix["diff"] - 16 / 350) < 1e-12 and mix["reversal"]
gap = d["gaps"]["size"]["error"]
assert abs(gap["old"] - (71 / 263 - 6 / 87)) < 1e-12 and abs(gap["new"] - (25 / 80 - 36 / 270)) < 1e-12
# Ward b has the rows 175 to 344: of these 175 to 233 are right, and 270 to 324.
assert d["worst"]["accuracy"]["new"] == {"slice": "ward=b", "value": (59 + 55) / 170}, d["worst"]
print(sorted(d["mix"]), sorted(d["gaps"]), d["worst"]["error"])'
# Nothing changed: nothing is said of it.
git commit -qam nephro && mlv metrics diff | grep -E '^(worst|gap|mix)'
mlv metrics diff --md | grep -c '<details>'
mlv metrics diff --all | grep -cE '^(worst|gap|mix)'
