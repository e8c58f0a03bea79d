"""Train a classifier on the Wisconsin breast cancer data, and say how good it is.

Writes metrics.json: scores of each fold of a cross-validation, and scores by
size of the tumour, each patient judged by a model that has not seen her.
"""
import json
import pickle
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, recall_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

with open("params.json") as f:
    params = json.load(f)
rows = np.loadtxt("data/breast_cancer.csv", delimiter=",", skiprows=1)
X, malignant = rows[:, :-1], rows[:, -1] == 0
radius = X[:, 0]


def model():
    return make_pipeline(StandardScaler(), LogisticRegression(C=params["C"], max_iter=2000))


def scores(truth, chance):
    return {
        "accuracy": round(accuracy_score(truth, chance > 0.5), 4),
        "recall": round(recall_score(truth, chance > 0.5), 4),
    }


chance = np.zeros(len(malignant))
folds = {"accuracy": [], "recall": [], "auc": []}
for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(X, malignant):
    chance[test] = model().fit(X[train], malignant[train]).predict_proba(X[test])[:, 1]
    for name, value in scores(malignant[test], chance[test]).items():
        folds[name].append(value)
    folds["auc"].append(round(roc_auc_score(malignant[test], chance[test]), 4))

small, large = np.percentile(radius, [33, 67])
sizes = {"small": radius < small, "medium": (radius >= small) & (radius < large), "large": radius >= large}
result = {
    "cv": folds,
    "tumour_size": {size: scores(malignant[who], chance[who]) for size, who in sizes.items()},
}
with open("metrics.json", "w") as f:
    json.dump(result, f, indent=2)
    f.write("\n")
with open("model.pkl", "wb") as f:
    pickle.dump(model().fit(X, malignant), f)
print("C = %g: accuracy %.4f over %d folds" % (params["C"], np.mean(folds["accuracy"]), len(folds["accuracy"])),
      file=sys.stderr)
