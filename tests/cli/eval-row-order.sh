# A record depends on the rows, not on their order or their kind of table; its digests are those that mlv-formats(5) tells.
mlv init -q --no-scm
cat >made.py <<'EOF'
import hashlib, json, random, struct, sys

def shortlex(text):
    return len(text.encode()), text.encode()

def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()

def column(name, texts, values):
    head = name + b"\0" + (b"number" if texts is None else b"%d" % len(texts)) + b"\0"
    if texts is None:
        return head + b"".join(struct.pack("<d", v) for v in values)
    assert len(texts) <= 256
    return head + b"".join(t.encode() + b"\0" for t in texts) + bytes(texts.index(v) for v in values)

def digests(task, rows):
    """Rows are (id, label, score or prediction, weight, fold), as texts."""
    number = task == "regression"
    labels = sorted(rows, key=lambda r: (shortlex(r[0]), shortlex(r[4])))
    classes = ["0", "1"] if task == "binary" else sorted({r[1] for r in rows} | {r[2] for r in rows})
    folds = sorted({r[4] for r in rows}, key=shortlex)
    if task == "binary":
        kinds = [(b"score", 2, None), (b"label", 1, classes)]
    elif number:
        kinds = [(b"label", 1, None), (b"pred", 2, None)]
    else:
        kinds = [(b"label", 1, classes), (b"pred", 2, classes)]
    kinds += [(b"weight", 3, None), (b"fold", 4, folds)]
    value = lambda row, kind: float(row[kind[1]]) if kind[2] is None else kind[2].index(row[kind[1]])
    rows = sorted(rows, key=lambda r: [value(r, k) for k in kinds])
    text = b"mlv rows 1 %d %d\n" % (len(rows), len(kinds))
    for name, at, texts in kinds:
        text += column(name, texts, [r[at] if texts else float(r[at]) for r in rows])
    return {"ids": digest(b"".join(r[0].encode() + b"\n" for r in labels)),
            "labels": digest(b"".join(r[1].encode() + b"\n" for r in labels)),
            "rows": digest(text)}

task, seed = sys.argv[1], int(sys.argv[2])
random.seed(7)
made = []
for i in range(700):
    label = {"binary": random.choice("01"), "multiclass": random.choice("abc"), "regression": repr(random.randint(-9, 9) / 4)}[task]
    other = {"binary": repr(random.randint(0, 50) / 64), "multiclass": random.choice("abcd"), "regression": repr(random.random())}[task]
    made.append(("id%d" % i, label.removesuffix(".0"), other, repr(random.random() * 3), str(random.randint(8, 11))))
random.seed(seed)
random.shuffle(made)
with open("t.csv", "w") as out:
    out.write("id,y,p,w,f,g,x\n" + "".join(",".join(r) + ",g%d,%d\n" % (int(r[0][2:]) % 7, int(r[0][2:]) * 37 % 101) for r in made))
inputs = json.load(open("evals/e.json"))["inputs"] if seed > 1 else digests(task, made)
for name, found in digests(task, made).items():
    if inputs[name] != found:
        print("the digest of", name, "is", inputs[name], "not", found)
EOF
for task in binary multiclass regression; do
	case $task in
	binary) columns='label: y, score: p' metrics='accuracy, f1, mcc, auc, ap, ece, log_loss, brier' ;;
	multiclass) columns='label: y, pred: p' metrics='accuracy, kappa, macro_f1, weighted_f1' ;;
	*) columns='label: y, pred: p' metrics='mae, mse, rmse, r2, mape, bias, max_error' ;;
	esac
	cat >mlv.yaml <<END
evals:
  e: {predictions: t.csv, task: $task, columns: {id: id, $columns, weight: w, fold: f}, metrics: [$metrics]}
slices: [{by: g, top: 3}, {by: x, quantiles: 3}, {cross: [g, x]}]
END
	rm -f evals/e.json
	for seed in 1 2 3; do
		/usr/bin/python3 made.py $task $seed
		mlv eval -q >/dev/null
		cp evals/e.json $task.$seed.json
	done
	/usr/bin/python3 made.py $task 3
	cmp $task.1.json $task.2.json && cmp $task.2.json $task.3.json && echo $task: one record
done
