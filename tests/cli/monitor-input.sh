# The tables that a monitor's `input` names: each alone, and those of a `window` of time together; each is checked once.
git init -q && mlv init -q
cat >mlv.yaml <<'YAML'
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy]}
slices: [{by: color}]
monitor:
  prod: {reference: test, input: "logs/*.csv", features: [age], psi: 0.2}
YAML
# rows COUNT AGE
rows() {
	LC_ALL=C awk -v count="$1" -v age="$2" 'BEGIN {
		print "id,y,s,age,color"
		for (i = 0; i < count; i++)
			print "r" i "," i % 2 "," (i % 2 ? 0.75 : 0.25) "," age + i * 7 % 60 "," (i % 3 ? "red" : "blue")
	}'
}
rows 300 20 >p.csv
mlv eval -q && mlv monitor profile -q
echo "--- there is none"
mlv monitor check || echo "$?"
mkdir -p logs/old.csv && mlv monitor check || echo "$?"
mlv monitor log || echo "$?"
echo "--- each file, once"
rows 100 20 >logs/2026-11-27.csv && rows 100 20 >logs/2026-11-28.csv
mlv monitor check | grep rows
mlv monitor check; echo "$?"
rows 150 20 >logs/2026-11-28.csv && rows 90 70 >logs/2026-11-29.csv
mlv monitor check --json >found; echo "$?"
/usr/bin/python3 -c 'import json; print(*[[line[key] for key in ("window", "files", "bytes", "rows", "drifted")] for line in map(json.loads, open("found"))], sep="\n")'
mlv monitor check -q; echo "$?"
mlv monitor check --all -n | grep rows
mlv monitor check -n --window logs/2026-11-28.csv | grep rows
mlv monitor check --window logs/2026-11-30.csv || echo "$?"
mv logs/2026-11-29.csv logs/2026-11-26.csv && mlv monitor check --all -n -q; echo "$?"
mv logs/2026-11-26.csv logs/2026-11-29.csv
(cd logs && mlv monitor check -n --input 2026-11-27.csv | grep rows && mlv monitor check --all -n | grep rows | head -1)
echo "--- windows of time: rows of several files, in any form, an id twice, one of them empty"
sed -i 's/, psi/, window: 1w, psi/' mlv.yaml && rm -r logs
mkdir -p logs && rows 100 20 >logs/part-2026-11-23.csv && rows 50 20 | gzip >logs/part-2026-11-24.csv.gz
rows 60 20 | awk -F, 'NR > 1 { print "{\"y\":" $2 ",\"s\":" $3 ",\"age\":" $4 ",\"color\":\"" $5 "\"}" }' >logs/20261129.jsonl
rows 0 20 >logs/2026-11-25.csv && rows 30 60 >logs/2026_11_30.csv && rows 0 20 >logs/2026-12-07.csv
sed -i 's/"logs.*csv"/"logs\/*"/' mlv.yaml
mlv monitor check >found; echo "$?"
grep rows found
mlv monitor log --json | tail -2 | grep -o '"window.*"bytes"'
mlv monitor check --window 2026-11-30 -q; echo "$?"
mlv monitor check
echo "--- labels of a part of the rows"
cut -d, -f 1,3- logs/part-2026-11-23.csv >logs/2026-11-26.csv && mlv monitor check | head -1
echo "--- digits that are no day"
rows 30 20 >logs/202611289.csv && mlv monitor check -n || echo "$?"
rm logs/202611289.csv
echo "--- hours"
sed -i 's/window: 1w/window: 12h/' mlv.yaml && mlv monitor check || echo "$?"
rm logs/* && rows 30 20 >logs/2026-11-28T05.csv && rows 30 20 >logs/2026-11-28T1130.csv && mkdir -p logs/2026/11/28 && rows 30 20 >logs/2026/11/28/13-x.csv
sed -i 's/"logs.*\*"/"logs\/**\/*.csv"/' mlv.yaml && mlv monitor check | grep rows
echo "--- what is no day"
rows 30 20 >logs/2026-02-29T05.csv && mlv monitor check || echo "$?"
rm logs/2026-02-29T05.csv && rows 30 20 >logs/202611289T05.csv && mlv monitor check || echo "$?"
rm logs/202611289T05.csv && ln -s /etc/passwd logs/2026-12-12T00.csv && mlv monitor check || echo "$?"
echo "--- keys that are wrong"
for change in 's/window: 12h/window: 90m/' 's/window: 12h/window: day/' 's/window: 12h/window: 0d/' 's/input: "[^"]*"/input: \/var\/log\/x.csv/' 's/input: "[^"]*"/input: ..\/x.csv/' 's/input: "[^"]*", //' 's/window: 12h/windows: 12h/' 's/\[age\]/[label]/' 's/\[age\]/age/'; do
	cp mlv.yaml kept && sed -i "$change" mlv.yaml && ! cmp -s mlv.yaml kept && mlv monitor check || echo "$?"
	cp kept mlv.yaml
done
