# Real data: handwritten digits of python3-sklearn, two models, 5 x 2 folds. All rows together get better, one slice worse.
/usr/bin/python3 -c 'import sklearn' 2>/dev/null || { echo "there is no python3-sklearn" >&2; exit 77; }
git init -q && mlv init -q
cat >train.py <<'PYTHON'
# train.py MODEL OUT: predictions of 5 folds, twice, whether a digit is above four.
import sys
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.naive_bayes import GaussianNB

images, digits = load_digits(return_X_y=True)
labels = (digits > 4).astype(int)
ink = images.mean(axis=1)
model, out = sys.argv[1:]
with open(out, "w") as table:
    table.write("id,label,score,fold,digit,ink\n")
    for f, (train, test) in enumerate(RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=7).split(images, digits)):
        if model == "old":
            score = GaussianNB().fit(images[train], labels[train]).predict_proba(images[test])[:, 1]
        else:
            keep = train[(digits[train] != 8)]  # the new data set lost its eights
            forest = RandomForestClassifier(30, random_state=0, n_jobs=1).fit(images[keep], labels[keep])
            score = forest.predict_proba(images[test])[:, 1]
        for i, s in zip(test, score):
            table.write("d%d,%d,%.6f,%d,%d,%.4f\n" % (i, labels[i], round(float(s), 6), f, digits[i], ink[i]))
if model == "new":  # what the model meets later: thicker strokes
    with open("later.csv", "w") as table:
        table.write("score,digit,ink\n")
        for i in range(0, len(digits), 3):
            table.write("%.6f,%d,%.4f\n" % (min(1, max(0, 0.2 + 0.5 * labels[i])), digits[i], ink[i] * 1.5))
PYTHON
cat >mlv.yaml <<'YAML'
evals:
  digits: {predictions: preds.csv, task: binary, columns: {id: id, label: label, score: score, fold: fold}, metrics: [accuracy, f1, auc, brier]}
slices: [{by: label}, {by: digit}, {by: ink, quantiles: 4}]
gates:
  main:
    base: main
    rules: [overall.accuracy drop < 0.005, overall.auc >= 0.8, slices.digit accuracy drop < 0.02 mode significant]
monitor:
  prod: {reference: digits, features: [ink], psi: 0.2}
YAML
/usr/bin/python3 train.py old preds.csv && mlv eval -q && mlv monitor profile -q && mlv card build -q
for section in Model Uses Bias Training; do sed -i "/^## $section/a Words." MODEL_CARD.md; done
mlv card check && git add . && git commit -qm old && git checkout -qb better
/usr/bin/python3 train.py new preds.csv
mlv eval verify 2>/dev/null; echo "$? for a record of other predictions"
mlv card check >/dev/null 2>&1; echo "$? for a card that is true still"
mlv eval -q && mlv eval verify && grep -o '"folds"' evals/digits.json | sort | uniq -c
mlv card check >/dev/null 2>&1; echo "$? for a card of the old model"
mlv card build -q && mlv card check && grep 'digit=8' MODEL_CARD.md | grep -c worse
mlv metrics diff main --json | /usr/bin/python3 -c '
import json, sys
record = json.load(sys.stdin)["evals/digits.json"]
print("overall accuracy", record["accuracy"]["verdict"], record["accuracy"]["diff"] > 0, record["accuracy"]["evidence"])
print(sorted(name for name, slice in record["slices"].items() if slice["accuracy"]["verdict"] == "worse"))'
mlv gate --github --junit gate.xml --sarif gate.sarif --openmetrics gate.txt >gate.out; echo "$? from the gate"
cut -c 1-80 gate.out | awk '/^(pass|fail|::error)/ { print $1, $2, $3, $4 }'
grep -c '<failure' gate.xml; grep -c '"level":"error"' gate.sarif; tail -1 gate.txt
mlv report --html page.html --base main --vega none && LC_ALL=C grep -o '<section id="[a-z]*"' page.html
mlv monitor profile -q && git add . && git commit -qm better && git tag v2
/usr/bin/python3 - <<'PYTHON'
rows = open("preds.csv").read().splitlines()
open("alike.csv", "w").write("\n".join(rows[:1] + rows[1::4]) + "\n")
PYTHON
mlv monitor check -q --model v2 --input alike.csv; echo "$? for rows that are alike"
mlv monitor check --model v2 --input later.csv >later.out; echo "$? for rows that are not"
grep -o '^ink .*drifted' later.out | cut -c 1-3
