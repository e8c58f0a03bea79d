#!/usr/bin/python3
"""What `mlv eval` computes in the bench, in pandas: eval_pandas.py FILE. Prints the overall AUC."""
import sys

import numpy
import pandas

BINS = 15


def areas(frame, keys):
    """The area under the ROC curve of each group, by ranks."""
    ranks = frame.groupby(keys)["score"].rank()
    groups = pandas.DataFrame({"rank": ranks.where(frame["label"] == 1, 0.0), "label": frame["label"]})
    sums = groups.groupby([frame[k] for k in keys])
    positives, n = sums["label"].sum(), sums["label"].count()
    return (sums["rank"].sum() - positives * (positives + 1) / 2) / (positives * (n - positives))


def metrics(frame, keys):
    """Eight metrics of each group."""
    counts = frame.groupby(keys)[["tn", "fp", "fn", "tp"]].sum()
    tn, fp, fn, tp = (counts[c] for c in ("tn", "fp", "fn", "tp"))
    losses = frame.groupby(keys)[["brier", "log_loss"]].agg(["mean", "std"])
    off = frame.groupby(keys + ["bin"])["off"].sum().abs().groupby(level=list(range(len(keys)))).sum()
    n = tn + fp + fn + tp
    return pandas.DataFrame({
        "accuracy": (tn + tp) / n, "f1": 2 * tp / (2 * tp + fp + fn), "fpr": fp / (fp + tn),
        "fnr": fn / (fn + tp), "auc": areas(frame, keys), "ece": off / n,
        "brier": losses[("brier", "mean")], "log_loss": losses[("log_loss", "mean")]})


def main():
    frame = pandas.read_csv(sys.argv[1], usecols=["label", "score", "fold", "region", "device", "segment", "age"],
                            dtype={"region": "category", "device": "category", "segment": "category"})
    label, guess = frame["label"] == 1, frame["score"] >= 0.5
    frame["tn"], frame["fp"], frame["fn"], frame["tp"] = ~label & ~guess, ~label & guess, label & ~guess, label & guess
    frame["brier"] = (frame["score"] - frame["label"]) ** 2
    p = frame["score"].where(label, 1 - frame["score"]).clip(2.220446049250313e-16, 1 - 2.220446049250313e-16)
    frame["log_loss"] = -numpy.log(p)
    frame["bin"] = numpy.maximum(numpy.ceil(frame["score"] * BINS) - 1, 0).astype("int8")
    frame["off"] = frame["label"] - frame["score"]
    frame["age"] = pandas.cut(frame["age"], [0, 30, 50, 70, numpy.inf], right=False)
    frame["all"] = 0
    overall = metrics(frame, ["all"])
    for slices in ("all", "region", "device", "segment", "age"):
        if slices != "all":
            metrics(frame, [slices])
        metrics(frame, [slices, "fold"])
    print("%.12g" % overall["auc"].iloc[0])


main()
