# Drift where it is: features and predictions in slices, of classes, of numbers, and without labels.
git init -q && mlv init -q
cat >mlv.yaml <<'YAML'
evals:
  animals: {predictions: p.csv, task: multiclass, columns: {label: y, pred: guess}, metrics: [accuracy], min_n: 50}
  prices: {predictions: r.csv, task: regression, columns: {label: y, pred: guess}, metrics: [mae]}
slices: [{by: shop}, {name: big, where: size > 40}]
monitor:
  zoo: {reference: animals, features: [size, color], stats: [psi, js, hellinger, linf, chi2, cramers_v, evidently]}
  prices: {reference: prices, features: [size], stats: [ks, wasserstein, evidently]}
YAML
# rows COUNT SIZE-IN-B: shops a and b by turns, and c now and then; what is in b is of another size.
rows() {
	LC_ALL=C awk -v count="$1" -v more="$2" -v fox="$3" 'BEGIN {
		print "y,guess,shop,size,color"
		split("cat dog fox", name, " ")
		for (i = 0; i < count; i++) {
			shop = i % 20 == 19 ? "c" : i % 2 ? "b" : "a"
			size = i * 37 % 60 + i % 7 / 7 + (shop == "b" ? more : 0)
			guess = shop == "b" && i % 3 == 0 && fox ? fox : name[1 + i % 3]
			print name[1 + i % 3] "," guess "," shop "," size "," (i % 5 ? "red" : "blue")
		}
	}'
}
rows 600 0 >p.csv
LC_ALL=C awk -F, 'NR == 1 { print } NR > 1 { printf "%s,%s,%s,%s,%s\n", $4 + NR % 3, $4, $3, $4, $5 }' p.csv >r.csv
mlv eval -q && mlv monitor profile zoo -q && mlv monitor profile prices -q
echo "--- a profile: of slices with rows enough"
cut -c 1-200 monitor/zoo.json | sed 's/"points":.*/.../'
echo "--- all rows look alike, those of shop b do not; and owl was never predicted"
rows 300 15 owl >new.csv && cut -d, -f 2- new.csv >unlabelled.csv
mlv monitor check zoo -n --input unlabelled.csv; echo "$?"
mlv monitor check zoo -n --input unlabelled.csv --json | /usr/bin/python3 -c '
import json, sys
found = json.load(sys.stdin)
print(found["new"], found["slices"][0]["predicted"])
for slice in found["slices"]:
    print(slice["slice"], slice.get("predicted"), [row["name"] for row in slice.get("drift", []) if row["drifted"]])
for row in found["drift"][:2]:
    print(sorted(row), row["evidently"]["measure"])'
echo "--- a regression"
LC_ALL=C awk -F, 'NR == 1 { print } NR > 1 { printf "%s,%s,%s,%s,%s\n", $4 + NR % 3, $4, $3, $4, $5 }' new.csv >priced.csv
mlv monitor check prices -n --input priced.csv | grep -v accuracy; mlv monitor check prices -n --input priced.csv --json | grep -o '"metrics":\[{[^}]*}'
echo "--- few rows of a table: on a terminal, or where they are counted"
mlv monitor check zoo -n --input unlabelled.csv --limit 2 | cut -c 1-40
MLV_TEST_TTY=1 NO_COLOR=1 mlv monitor check zoo -n --input new.csv --limit 1 | grep -c more
echo "--- an empty bin"
sed 's/,blue$/,red/' p.csv >red.csv
for zero in smooth evidently deepchecks; do mlv monitor check zoo -n --input red.csv --psi-zero="$zero" | grep ^color | cut -c 1-30; done
sed -i 's/features: .size, color./&, psi_zero: deepchecks/' mlv.yaml && mlv monitor check zoo -n --input red.csv | grep ^color | cut -c 1-30
echo "--- what does not fit"
mlv monitor check zoo -n --input red.csv --psi-zero=none || echo "$?"
sed -i 's/psi_zero: deepchecks/psi_zero: other/' mlv.yaml && mlv monitor check zoo -n --input red.csv || echo "$?"
sed -i 's/psi_zero: other/psi_zero: smooth/; s/linf, chi2/linf, chi/' mlv.yaml && mlv monitor check zoo -n --input red.csv || echo "$?"
sed -i 's/linf, chi,/linf, chi2,/' mlv.yaml
/usr/bin/python3 - <<'PY'
import json
profile = json.load(open("monitor/zoo.json"))
wrong = json.loads(json.dumps(profile))
wrong["slices"]["shop=a"]["features"]["size"]["counts"][0] += 1
json.dump(wrong, open("wrong.json", "w"))
del profile["slices"], profile["predictions"]
json.dump(profile, open("monitor/zoo.json", "w"))
PY
mlv monitor check zoo -n --input red.csv | cut -c 1-30; echo "$?"
mv wrong.json monitor/zoo.json && mlv monitor check zoo -n --input red.csv || echo "$?"
