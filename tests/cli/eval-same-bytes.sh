# The same bytes with one thread and with eight, from CSV, tabs, JSON lines and gzip; in any order of columns.
mlv init -q --no-scm
/usr/bin/python3 - <<'END'
import json, random
random.seed(5)
rows = [{"id": "r%d" % i, "y": int(random.random() < .3), "s": round(random.random(), 2), "g": random.choice("abc"), "w": random.randint(1, 9)}
        for i in range(20000)]
with open("t.csv", "w") as out:
    out.write("id,y,s,g,w\n" + "".join("%(id)s,%(y)d,%(s)r,%(g)s,%(w)d\n" % r for r in rows))
with open("t.tsv", "w") as out:
    out.write("w\tg\ts\ty\tid\r\n" + "".join('%(w)d\t"%(g)s"\t%(s)r\t%(y)d.0\t%(id)s\r\n' % r for r in rows))
with open("t.jsonl", "w") as out:
    out.write("".join(json.dumps(r) + "\n" for r in rows))
END
gzip -nk t.csv
for file in t.csv t.tsv t.jsonl t.csv.gz; do
	cat >mlv.yaml <<END
evals:
  e: {predictions: $file, task: binary, columns: {id: id, label: y, score: s, weight: w}, metrics: [accuracy, f1, auc, ap, ece, log_loss, mcc]}
slices: [{by: g}, {by: s, quantiles: 5}]
END
	for jobs in 1 8; do
		mlv -j$jobs eval -q
		sed "s/$file/FILE/" evals/e.json | cksum >>sums
	done
done
sort -u sums | wc -l
wc -l <sums
