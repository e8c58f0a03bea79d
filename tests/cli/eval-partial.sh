# Partials of shards, merged in any order, give byte for byte what one run over all rows gives.
mlv init -q --no-scm
mkdir files && printf abc >files/0 && printf abcdef >files/1
cat >make.py <<'EOF'
import json, random, sys
task, way, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
random.seed(seed)
number = lambda: repr(random.choice([0.5, -0.0, 1e-300, random.random(), random.randint(0, 9)]))
label = {"binary": lambda: random.choice(["0", "1", "1.0"]), "multiclass": lambda: random.choice(["a", "b", 'c "d"', "true", "True"]), "regression": number}[task]
other = {"binary": lambda: repr(random.randint(0, 40) / 40), "multiclass": lambda: random.choice(["a", "b", "e"]), "regression": number}[task]
country = lambda: random.choice(["de", "fr", "", "a\\tb", "\\", "x\ty", 'q"r', "l\nm"] + ["c%d" % i for i in range(9)])
rows = [{"id": "r%d" % i, "y": label(), "p": other(), "w": repr(random.random()), "f": str(random.randint(0, 3)), "country": country(),
         "age": random.choice(["", "%d" % random.randint(0, 90)]), "text": "w " * random.randint(0, 5), "file": "files/%d" % random.randint(0, 1)} for i in range(240)]
def table(name, rows):
    quoted = lambda text: '"' + text.replace('"', '""') + '"'
    with open(name, "w") as out:
        if name.endswith(".csv"):
            out.write(",".join(keys) + "\n" + "".join(",".join(quoted(r[k]) for k in keys) + "\n" for r in rows))
        else:
            out.write("".join(json.dumps({k: r[k] for k in keys}) + "\n" for r in rows))
keys = [k for k in rows[0] if k not in ("age", "text")] if way == "join" else list(rows[0])
table("t.csv", rows)
cuts = {"1": [], "2": [100], "5": [3, 3, 90, 200]}.get(way, [1, 150])
random.shuffle(rows)
for n, (low, high) in enumerate(zip([0] + cuts, cuts + [len(rows)]), 1):
    table("s%d%s" % (n, ".jsonl" if n == 3 else ".csv"), rows[low:high])
keys = ["id", "age", "text"]
table("features.csv", rows)
EOF
spec() { # task columns metrics [more]
	cat >mlv.yaml <<END
evals:
  e: {predictions: t.csv, task: $1, columns: {$2}, metrics: [$3]$4}
slices:
- {by: label$5}
- {by: country, top: 4}
- {by: age, bins: [0, 25, 45, .inf]}
- {name: parts, by: age, quantiles: 4}
- {cross: [country, file]}
- {name: words, expr: words(text), bins: [0, 2, .inf]}
- {name: size, expr: file_size(file)}
- {name: old, where: 'age > 60 and country != "de"', critical: true}
END
}
merged() { # name; of the shards s1, s2, ... as they lie
	rm -rf evals *.partial
	mlv -j8 eval -q e >/dev/null && mv evals whole
	count=$(ls s[0-9]* | wc -l)
	for shard in s[0-9]*; do
		n=${shard%.*}
		mlv eval -q --partial --predictions $shard --shard ${n#s}/$count >/dev/null
	done
	for jobs in 1 8; do
		ls e.*.partial | LC_ALL=C sort -r >order
		[ $jobs = 1 ] || ls e.*.partial | LC_ALL=C sort >order
		mlv -j$jobs eval merge -q $(cat order) >/dev/null
		cmp evals/e.json whole/e.json && cmp evals/e.metrics.json whole/e.metrics.json || echo "not $1 with -j$jobs"
		rm -r evals
	done
	rm -rf whole s[0-9]*
	echo "$1"
}
binary='accuracy, f1, mcc, auc, ap, ece, log_loss, brier'
regression='mae, rmse, r2, mape, bias, max_error'
for way in 1 2 5; do
	/usr/bin/python3 make.py binary $way 1$way
	spec binary 'id: id, label: y, score: p, weight: w, fold: f' "$binary" '' ''
	merged "binary, weights, folds: $way"
done
/usr/bin/python3 make.py multiclass 5 2
spec multiclass 'label: y, pred: p, fold: f' 'accuracy, kappa, macro_f1, weighted_f1' '' ''
merged 'multiclass without ids: 5'
/usr/bin/python3 make.py regression 5 3
spec regression 'id: id, label: y, pred: p, weight: w' "$regression" '' ', quantiles: 3'
merged 'regression, weights: 5'
/usr/bin/python3 make.py binary join 4
spec binary 'id: id, label: y, score: p' "$binary" ', join: {path: features.csv, on: id}' ''
merged 'features of their own: 3'

echo '--- a partial is a table that can be read without mlv; edges of the record that is there stay'
printf 'id,y,p,x\nb,1,0.5,2\na,0,0.25,1\n' >t.csv
printf 'evals:\n  e: {predictions: t.csv, task: binary, columns: {id: id, label: y, score: p}, metrics: [auc]}\nslices: [{by: x, quantiles: 2}]\n' >mlv.yaml
mlv eval --partial | sed 's/ [0-9]* bytes/ BYTES/'
[ "$(head -1 e.partial)" = "mlv partial 1 $(tail -n +2 e.partial | sha256sum | cut -c 1-64)" ] || echo 'the first line'
sed -n 2p e.partial
tail -n +3 e.partial | gzip -dc
mlv eval -q >/dev/null && printf 'id,y,p,x\nc,1,0.5,9\nd,0,0.25,9\n' >u.csv
mlv --json eval --partial --predictions u.csv -o u.partial | grep -o '"partial": *"[^"]*"'
mlv eval merge -q u.partial e.partial >/dev/null && grep edges evals/e.json && mlv eval merge -n --new-edges u.partial e.partial
(cat t.csv && tail -n +2 u.csv) >both && mv both t.csv && mlv eval verify
echo '--- the record is one as any'
printf 'gates: {main: {eval: e, rules: [overall.auc >= 0.9, "worst(slices.x.auc) >= 0.9"]}}\nfairness: [{by: x, metrics: [fpr]}]\n' >>mlv.yaml
mlv gate
echo $?
mlv fairness | head -3
