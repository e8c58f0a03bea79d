# Predictions of the old version are gone: the folds that both records have are compared, where one cross-validation made both.
git init -q && mlv init -q && echo p.csv >.gitignore
cat >mlv.yaml <<'END'
cv:
  k3: {data: d.csv, scheme: kfold, k: 3, id: id, eval: test}
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s, fold: fold}, metrics: [accuracy, brier]}
slices: [{by: half}]
END
LC_ALL=C awk 'BEGIN { print "id,x"; for (i = 0; i < 60; i++) print "r" i "," i }' >d.csv
# How many of the 20 rows of each fold are right.
table() {
	LC_ALL=C awk -v right="$1 $2 $3" 'BEGIN {
		split(right, n, " ")
		print "id,y,s,fold,half"
		for (i = 0; i < 60; i++) {
			f = int(i / 20); y = i % 2
			print "r" i "," y "," ((i % 20 < n[f + 1]) == y ? 0.75 : 0.25) "," f "," (i % 20 < 10 ? "first" : "last")
		}
	}'
}
table 12 14 13 >p.csv
mlv eval -q && git add -A && git commit -qm one
table 15 15 17 >p.csv
mlv eval -q
mlv metrics diff --all
mlv metrics diff --json | /usr/bin/python3 -c '
import json, sys
from math import sqrt
accuracy = json.load(sys.stdin)["evals/test.json"]["accuracy"]
d = [(15 - 12) / 20, (15 - 14) / 20, (17 - 13) / 20]
mean = sum(d) / 3
# Nadeau and Bengio: the variance of the differences, by 1/3 for three folds and 20/40 that test by those that train.
error = sqrt(sum((x - mean) ** 2 for x in d) / 2 * (1 / 3 + 20 / 40))
# Student with two degrees of freedom has a closed form: P(|T| > t) = 1 - t / sqrt(t * t + 2); so its quantile is
t = mean / error
p = 1 - t / sqrt(t * t + 2)
quantile = 0.95 * sqrt(2 / (1 - 0.95 ** 2))
assert accuracy["evidence"] == "paired folds"
assert abs(accuracy["p"] - p) < 1e-9, (accuracy["p"], p)
for got, want in zip(accuracy["ci"], [mean - quantile * error, mean + quantile * error]):
    assert abs(got - want) < 1e-9, (got, want)
print("p", round(p, 6), "as the formula has it")'
mlv metrics diff --json --margin 0.05 | /usr/bin/python3 -c '
import json, sys
from math import sqrt
folds = json.load(sys.stdin)["evals/test.json"]["folds"]
d = [(15 - 12) / 20, (15 - 14) / 20, (17 - 13) / 20]
mean = sum(d) / 3
error = sqrt(sum((x - mean) ** 2 for x in d) / 2 * (1 / 3 + 20 / 40))
# Worse by more than 0.05: below -0.05, by the same Student distribution about the mean; two degrees of freedom.
x = (0.05 + mean) / error
assert abs(folds["accuracy"]["p_worse"] - (1 - x / sqrt(2 + x * x)) / 2) < 1e-9, folds
assert folds["accuracy"]["margin"] == 0.05 and abs(folds["accuracy"]["diff"] - mean) < 1e-12
# Less of brier is better: it fell by half of that.
y = (0.05 + mean / 2) / (error / 2)
assert abs(folds["brier"]["p_worse"] - (1 - y / sqrt(2 + y * y)) / 2) < 1e-9, folds
print("so is the probability of a loss")'
# Without a name of its own, the evaluation is that of the cross-validation's.
sed -i 's/k3: /test: /; s/, eval: test//' mlv.yaml && git add mlv.yaml && git commit -q --amend --no-edit && mlv metrics diff | head -1
# The records say which folds they have: what mlv.yaml says now, and a table that is gone, change nothing of what was.
cp mlv.yaml kept.yaml
sed -i 's/k: 3,/k: 3, seed: 1,/' mlv.yaml && mlv metrics diff | head -1
mv d.csv kept.csv && mlv metrics diff | head -1
mv kept.csv d.csv
# Predictions of other folds: their record does not tell of the cross-validation.
mlv eval -q && mlv metrics diff | head -1
sed -i 's/k: 3, seed: 1,/k: 4,/' mlv.yaml && mlv eval -q && mlv metrics diff | head -1
mv kept.yaml mlv.yaml && mlv eval -q && mlv metrics diff | head -1
# Folds of another seed, which do hold: no test may pair them.
cp p.csv kept.csv && sed -i 's/k: 3,/k: 3, seed: 1,/' mlv.yaml && mlv cv split -o folds.csv >/dev/null
LC_ALL=C awk -F, -v OFS=, 'NR == FNR { fold[$1] = $2; next } FNR > 1 { $4 = fold[$1] } { print }' folds.csv kept.csv >p.csv
mlv eval -q && mlv metrics diff | grep -E '^folds|evidence'
mlv metrics diff --json | /usr/bin/python3 -c 'import json, sys; d = json.load(sys.stdin)["evals/test.json"]; print(d["test_set"]["folds"], d["accuracy"]["evidence"])'
mv kept.csv p.csv && sed -i 's/k: 3, seed: 1,/k: 3,/' mlv.yaml && mlv eval -q && mlv metrics diff | head -1
# Another label: the folds are the same, what is tested is not.
sed -i 's/^r3,1/r3,0/' p.csv && mlv eval -q && mlv metrics diff | grep -E '^folds|evidence'
mlv metrics diff --json | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["evals/test.json"]["test_set"]["folds"])'
