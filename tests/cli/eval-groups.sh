# Rows that come in groups, several of one person: intervals and tests take the groups for independent, not the rows.
git init -q && mlv init -q
# 120 persons, each with so many equal rows. Of one row each the test of a change of accuracy is the paired t test:
# 16 of 120 became right, so that its error is sqrt(16/120 * 104/120 / 119) = 0.0311614, and t has 119 degrees of freedom.
table() {
	LC_ALL=C awk -v times="$1" -v wrong="$2" 'BEGIN {
		print "id,who,y,s,g"
		for (i = 0; i < 120; i++)
			for (t = 0; t < times; t++) {
				y = i % 2; right = i * 37 % 100 >= (i % 3 ? wrong : 30)
				print "r" i "." t ",p" i "," y "," (right == y ? 0.6 : 0.3) + i % 7 / 100 "," i % 3
			}
	}'
}
spec() {
	cat >mlv.yaml <<END
evals:
  test:
    predictions: p.csv
    task: binary
    columns: {id: id, label: y, score: s$1}
    metrics: [accuracy, fpr, f1, auc, brier, mcc, ece, balanced_accuracy]
slices: [{by: g}]
END
}
# The columns of numbers, as far as ten digits are good.
show() { mlv metrics show --csv --slices 'g=1' test | LC_ALL=C awk -F, '{ printf "%s %s", $2, $3; for (i = 4; i < 7; i++) printf " %s", $i == "" || NR == 1 ? $i : sprintf("%.8f", $i); print "" }'; }
compare() { mlv metrics diff --json --targets test "$@" | /usr/bin/python3 -c '
import json, sys
d = json.load(sys.stdin)["evals/test.json"]
for where in (d, d["slices"]["g=1"]):
    for name in ("accuracy", "fpr", "f1", "auc", "brier", "mcc"):
        m = where[name]
        print(name, *("%.8f" % x for x in (m["diff"], *m["ci"], m["p"])), m["verdict"])'; }
for times in 1 3; do
	spec ', group: who' && table $times 30 >p.csv && mlv eval -q && git add -A && git commit -qm "$times"
	show >shown.$times
	table $times 10 >p.csv && mlv eval -q
	compare >changed.$times && compare --paired none >summed.$times
done
cat shown.3 changed.3 summed.3
echo '--- three equal rows of each say no more than one'
cmp shown.1 shown.3 && cmp changed.1 changed.3 && cmp summed.1 summed.3 && echo 'the same'
echo '--- taken for independent they say more'
spec && table 3 30 >p.csv && mlv eval -q && git add -A && git commit -qm none
show | head -3 && table 3 10 >p.csv && mlv eval -q && compare | head -4
echo '--- the same bytes in another order of the rows, and by shards'
spec ', group: who' && mlv eval -q && cp evals/test.json whole.json
{ head -1 p.csv && tail -n +2 p.csv | sort -t, -k4,4 -k1,1r; } >q.csv && mv q.csv p.csv && mlv eval -q && cmp evals/test.json whole.json && mlv eval verify
{ head -1 p.csv && sed -n 2,100p p.csv; } >a.csv && { head -1 p.csv && tail -n +101 p.csv; } >b.csv
mlv eval -q --partial --predictions a.csv -o a.part test && mlv eval -q --partial --predictions b.csv -o b.part test
mlv eval merge -q a.part b.part && cmp evals/test.json whole.json && echo 'the same'
echo '--- a test of persons, not of their rows, of groups of people, too'
cat >>mlv.yaml <<'END'
fairness: [{by: g, reference: {value: 0}, metrics: [fpr]}]
gates: {fair: {rules: ["fairness.g.fpr in tau mode significant"]}}
END
fair() { mlv fairness --json | /usr/bin/python3 -c '
import json, sys
groups = json.load(sys.stdin)[0]["attributes"][0]["groups"]
for group in groups:
    print(group["group"], {k: round(v, 9) if isinstance(v, float) else [round(x, 9) for x in v] if isinstance(v, list) else v
                          for k, v in group["fpr"].items() if k not in ("n", "hits")})'; }
table 3 10 >p.csv && mlv eval -q && fair >fair.3 && cat fair.3
mlv gate
echo $?
mv p.csv away && mlv gate
echo $?
table 1 10 >p.csv && mlv eval -q && fair | cmp - fair.3 && echo 'of one row each the same'
echo '--- a record of before groups were digested: it is of these rows'
cp evals/test.json now.json && sed -i.grouped 's/, group: who//' mlv.yaml && mlv eval -q && rows=$(grep '^,"rows":' evals/test.json)
mv mlv.yaml.grouped mlv.yaml && sed 's/^,"rows":.*/'"$rows/" now.json >evals/test.json
mlv metrics diff | head -1 && mlv eval verify
echo $?
sed -i.kept 's/^r7\.0,p7,1,0.[0-9]*/r7.0,p7,1,0.9/' p.csv && mlv eval verify
echo $?
mv p.csv.kept p.csv && mv now.json evals/test.json
echo '--- other groups of the same rows'
git add -A && git commit -qm grouped
sed 's/,p7,/,p8,/; s/,p9,/,other,/' p.csv >q.csv && mv q.csv p.csv && mlv eval verify
echo $?
mlv eval -q && mlv metrics diff | grep -e groups -e '^reversals'
echo '--- the same, called otherwise'
git checkout -q p.csv && sed 's/,p\([0-9]*\),/,q\1,/' p.csv >q.csv && mv q.csv p.csv && mlv eval -q && mlv metrics diff | grep -e groups -e '^reversals'
spec ', group: who' && table 3 10 >p.csv
echo '--- what is refused, and what is no group'
sed '5s/,p[0-9]*,/,,/' p.csv >q.csv && cp p.csv keep.csv && mv q.csv p.csv && mlv eval -q
echo $?
spec ', group: whom' && cp keep.csv p.csv && mlv eval -q
echo $?
spec ', group: one' && sed '1s/$/,one/; 2,$s/$/,x/' keep.csv >p.csv && mlv eval -q && show | head -4
