# What a search found and other rows confirm becomes rules of mlv.yaml, whose every other byte stays.
mlv init -q --no-scm
LC_ALL=C awk 'BEGIN {
	print "id,y,s,lang,device,age,my \"text\""
	for (i = 0; i < 3000; i++) {
		lang = i % 7 < 4 ? "e\"n" : i % 7 < 6 ? "de" : ""; device = i % 3 ? "phone" : "web"; age = i * 37 % 80
		y = i * 11 % 5 < 2; bad = lang == "de" && device == "web" ? 11 : lang == "" && age >= 40 ? 12 : device == "web" && i % 2 ? 7 : 1
		right = i * 31 % 17 >= bad
		gsub(/"/, "\"\"", lang)
		print "r" i "," y "," (right == y ? 0.8 : 0.3) ",\"" lang "\"," device "," age "," (i % 2 ? "a b c" : "a")
	}
}' | sed '1s/.*/id,y,s,lang,device,age,"my ""text"""/' >p.csv
cat >mlv.yaml <<'END'
# Of languages and devices.
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy]}
slices: # the first is the most used
    - by: lang   # as the browser says

    - name: where
      by: device
    - {by: age, bins: [0, 20, 40]}
    - name: words
      expr: 'words(`my "text"`)'
    # nothing more

monitor: {m: {reference: test}}
END
cp mlv.yaml before.yaml
mlv slices find --write --top 8
diff before.yaml mlv.yaml
mlv eval -q && mlv slices ls | grep ' and '
# The rules are those rows: what was found on both halves together.
/usr/bin/python3 - <<'PYTHON'
import csv, json
rows = list(csv.DictReader(open("p.csv")))
record = json.load(open("evals/test.json"))
says = {"lang=de": lambda r: r["lang"] == "de", "where=web": lambda r: r["device"] == "web", "where=phone": lambda r: r["device"] == "phone",
        "lang=__missing__": lambda r: not r["lang"], 'lang=e"n': lambda r: r["lang"] == 'e"n', "age=[40,inf)": lambda r: int(r["age"]) >= 40,
        "age=[20,40)": lambda r: 20 <= int(r["age"]) < 40, "age=[0,20)": lambda r: int(r["age"]) < 20,
        "words=1": lambda r: r['my "text"'] == "a", "words=3": lambda r: r['my "text"'] == "a b c"}
for s in record["slices"]:
    if " and " in s["name"]:
        want = sum(all(says[part](r) for part in s["name"].split(" and ")) for r in rows)
        print("same" if want == s["n"] else "%s: %d rows, not %d" % (s["name"], s["n"], want))
PYTHON
echo "--- a second time there is nothing to add"
cp mlv.yaml before.yaml && mlv slices find --write --top 8 >/dev/null && cmp mlv.yaml before.yaml
echo "--- in brackets, over lines, with what looks like their end"
head -3 before.yaml >mlv.yaml
cat >>mlv.yaml <<'END'
slices: [{by: lang}, # a ] that is none
  {name: "a ']' b", by: device},
  {by: it's, where: 'age > 500', name: x}
  ]
END
sed -i "s/by: it's, //" mlv.yaml && cp mlv.yaml before.yaml
mlv slices find --write --top 2 | tail -1
diff before.yaml mlv.yaml
mlv slices check >/dev/null
echo "--- what cannot be"
mlv slices find --write --no-holdout || echo "$?"
{ sed -n 2,3p before.yaml; printf 'slices: &s\n- by: lang\n-\n  by: device\n'; } >mlv.yaml
cp mlv.yaml before.yaml && mlv slices find --write -q || echo "$?"
cmp mlv.yaml before.yaml
