# Groups of the same name and another definition are told, and not compared, beside those that are gone or new.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy]}
slices:
- by: color
- {by: age, bins: [0, 30, 60]}
- {by: size, bins: [0, 5]}
- {name: words, expr: words(text), bins: [0, 2]}
- {name: late, where: age > 50}
- {name: short, where: words(text)<2}
END
# rows WRONG COLOR: so many percent are wrong; the last color.
rows() {
	LC_ALL=C awk -v wrong="$1" -v color="$2" 'BEGIN {
		print "id,y,s,color,age,size,text"
		for (i = 0; i < 300; i++) {
			y = i % 2; right = i * 37 % 100 >= wrong
			print "r" i "," y "," (right == y ? 0.75 : 0.25) "," (i % 3 == 0 ? "red" : i % 3 == 1 ? "blue" : color) "," i % 90 "," i % 10 "," (i % 4 ? "a b" : "c")
		}
	}'
}
rows 10 green >p.csv
mlv eval -q && mlv add -q p.csv && git add -A && git commit -qm one
# Other edges, another expression, another rule; one group less, one more; a color went and one came.
sed -i 's/\[0, 30, 60\]/[0, 40, 60]/; s/{by: size.*/{by: text}/; s/words(text), bins/len(text), bins/; s/age > 50/age > 60/; s/words(text)<2/words(text)  <  2/' mlv.yaml
rows 40 white >p.csv
mlv eval -q && mlv metrics diff
mlv metrics diff --json | /usr/bin/python3 -c '
import json, sys
d = json.load(sys.stdin)["evals/test.json"]
for key in "redefined", "vanished", "appeared":
    print(key, *d[key], sep="; ")
names = set(d["slices"])
assert not [n for n in names if n.startswith(("age=", "late", "words="))], names
assert {"color=red", "color=blue", "short"} <= names, names'
echo "- by records alone, and the other way round"
mlv metrics diff --no-rows | tail -4
mlv add -q p.csv && git add -A && git commit -qm two && mlv metrics diff HEAD HEAD~1 | tail -4
