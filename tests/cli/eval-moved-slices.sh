# Rows that change their slices change the record, though their predictions did not: verify and diff notice.
git init -q && mlv init -q && echo '*.csv' >.gitignore
cat >digest.py <<'END'
import csv, hashlib, json, sys
ids = len(sys.argv) > 1
record = json.load(open("evals/e.json"))
rows = list(csv.DictReader(open("p.csv")))
features = {r["id"]: r for r in csv.DictReader(open("f.csv"))}
for r in rows:
    r.update(features[r["id"]])
slices = {
    "color": lambda r: "color=" + (r["color"] or "__missing__"),
    "x": lambda r: "x=[0,5)" if int(r["x"]) < 5 else "x=[5,inf)",
    "color & x": lambda r: slices["color"](r) + " & " + slices["x"](r),
    "big": lambda r: "big" if int(r["x"]) > 7 else None,
}
# Without ids: by score, label and fold, where these are equal by the slices.
plain = lambda r: (float(r["s"]), int(r["y"]), int(r["f"]))
for name, of in slices.items():
    names = sorted({of(r) for r in rows} - {None})
    number = lambda r: names.index(of(r)) if of(r) else len(names)
    ordered = sorted(rows, key=lambda r: (len(r["id"]), r["id"]) if ids else (plain(r), number(r)))
    text = b"mlv slices 1 %d %d\n" % (len(rows), len(names)) + b"".join(n.encode() + b"\0" for n in names)
    text += bytes(number(r) for r in ordered)
    assert record["dims"][name]["rows"] == "sha256:" + hashlib.sha256(text).hexdigest(), name
print("the digests are those that mlv-formats(5) tells")
END
LC_ALL=C awk 'BEGIN { print "id,y,s,f" >"p.csv"; print "id,color,x" >"f.csv"
	for (i = 0; i < 400; i++) { print "r" i "," i % 2 "," i * 7 % 16 / 16 "," i % 4 >"p.csv"; print "r" i "," substr("redblu   ", i % 3 * 3 + 1, 3) "," i % 10 >"f.csv" } }'
sed -i 's/   ,/,/' f.csv
spec() { # columns
	cat >mlv.yaml <<END
evals:
  e: {predictions: p.csv, join: {path: f.csv, on: id}, task: binary, columns: {id: id, label: y, score: s, fold: f}, metrics: [accuracy]}
slices: [{by: color}, {by: x, bins: [0, 5, .inf]}, {cross: [color, x]}, {name: big, where: x > 7}]
END
}
spec && mlv eval -q && /usr/bin/python3 digest.py ids
(head -1 p.csv && tail -n +2 p.csv | sort -r) >q.csv && mv q.csv p.csv && mlv eval verify
git add -A && git commit -qm one
# Two rows with the same label, prediction and fold change their colours: no number changes.
cp f.csv before.csv && cp evals/e.json before.json
sed -i 's/^r0,red/r0,blu/; s/^r160,blu/r160,red/' f.csv
diff before.csv f.csv | grep -c '^>'
mlv eval verify
echo $?
mlv metrics diff
mlv eval -q && /usr/bin/python3 digest.py ids && mlv metrics diff --no-rows | head -4
mlv metrics diff --json --no-rows | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["evals/e.json"]["test_set"])'
mlv eval verify
git show HEAD:evals/e.json | diff - evals/e.json | sed -n 's/^> ,*\("[a-z& ]*"\):.*/changed: \1/p'
echo '--- with the rows of both'
git reset -q --hard && rm .gitignore && cp f.csv after.csv && cp before.csv f.csv && git add -f p.csv f.csv && git commit -qm two && mv after.csv f.csv && mlv eval -q
mlv metrics diff | head -4
mlv metrics diff --json | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["evals/e.json"]["test_set"]["moved"])'
echo '--- without ids'
LC_ALL=C awk -F, -v OFS=, 'NR == FNR { f[$1] = $2 "," $3; next } { print $0, f[$1] }' f.csv p.csv >q.csv && mv q.csv p.csv
sed -i 's/ join: {[^}]*},//; s/id: id, //' mlv.yaml && mlv eval -q --new-edges && /usr/bin/python3 digest.py
cp evals/e.json one.json && (head -1 p.csv && tail -n +2 p.csv | sort -t, -k6,6 -k3,3) >q.csv && mv q.csv p.csv && mlv eval -q && cmp evals/e.json one.json && echo 'the order of rows changes nothing'
