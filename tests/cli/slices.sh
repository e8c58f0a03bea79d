# The slices of an evaluation: listed, checked, and searched for where the errors are.
mlv init -q --no-scm
LC_ALL=C awk 'BEGIN {
	print "id,y,s,lang,device,age,copy"
	for (i = 0; i < 2000; i++) {
		lang = i % 7 < 4 ? "en" : i % 7 < 6 ? "de" : "fr"; device = i % 3 ? "phone" : "web"; age = i * 37 % 80
		y = i * 11 % 5 < 2; bad = lang == "de" && device == "web" ? 6 : 1
		right = i * 7919 % 10 >= bad
		print "r" i "," y "," (right == y ? 0.8 : 0.3) "," (i == 9 ? "" : lang) "," device "," age "," (device == "web" ? "w" : "p")
	}
}' >p.csv
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy]}
slices:
- {by: lang, critical: true}
- by: device
- {by: age, bins: [0, 20, 40, 80, 100]}
- by: label
- cross: [lang, device]
END
mlv slices ls
mlv slices ls --json | /usr/bin/python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'
mlv slices check
echo $?
sed -i 's/, 100\]/]/; s/by: label/by: copy/; s/, critical: true//' mlv.yaml
mlv slices check
echo $?
mlv slices find --alpha 0.9
mlv slices find --alpha 0.9 --metric loss --top 2 --seed 3 --json
mlv slices find --alpha 0.95 --no-holdout --max-level 1 --top 3
mlv slices find --alpha 0.95 --min-n 1900
# A search finds something in noise, too; the rows that were not searched do not say so.
LC_ALL=C awk 'BEGIN {
	print "id,y,s,a,b,c,d"
	r = 7
	for (i = 0; i < 600; i++) {
		line = "r" i "," (i % 2)
		for (c = 0; c < 5; c++) {
			r = r * 16807 % 2147483647
			line = line "," (c ? int(r / 1000) % 6 : int(r / 1000) % 10 < 3 ? 1 - i % 2 : i % 2)
		}
		print line
	}
}' >noise.csv
cat >mlv.yaml <<'END'
evals:
  test: {predictions: noise.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy], min_n: 10}
slices: [{by: a}, {by: b}, {by: c}, {by: d}]
END
mlv slices find --alpha 0.99 --json | /usr/bin/python3 -c '
import collections, json, sys
print(dict(collections.Counter(s["verdict"] for s in json.load(sys.stdin))))'
# What cannot be.
printf 'evals:\n  r: {predictions: noise.csv, task: regression, columns: {label: y, pred: s}, metrics: [mae]}\n' >mlv.yaml
mlv slices find
echo $?
printf 'slices: [{by: a}]\n' >>mlv.yaml
mlv slices find --alpha 1 --top 1
mlv slices find --metric log
mlv slices find --alpha 2
mlv slices find --max-level 9
mlv slices find nosuch
sed -i 's/task: regression/task: binary/; s/mae/accuracy/' mlv.yaml
mlv slices find --metric loss
mlv slices ls --rev HEAD
echo $?
