# A record of metrics overall, by slice and by fold, and the flat file beside it.
mlv init -q --no-scm
cat >preds.csv <<'END'
id,y,score,fold,country,age
1,0,0.2,0,de,20
2,1,0.8,0,fr,
3,1,0.4,0,,40
4,0,0.6,1,de,60.5
5,1.0,0.9,1,fr,25
6,0,0.1,1,"it, or ""it""",44.9
END
cat >mlv.yaml <<'END'
evals:
  small:
    predictions: preds.csv
    task: binary
    columns: {id: id, label: y, score: score, fold: fold}
    metrics: [fpr, accuracy, auc, log_loss, precision]
    min_n: 2
slices:
- by: label
- by: country
  top: 2
- by: age
  bins: [0, 25, 45, .inf]
- cross: [country, age]
END
mlv eval
cat evals/small.json
cat evals/small.metrics.json
mlv eval --json small | /usr/bin/python3 -m json.tool --compact
