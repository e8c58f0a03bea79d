# Groups of an evaluation held against each other; and a table of Aequitas, under its names.
git init -q && mlv init -q
{
	echo 'id,y,s,race,sex'
	LC_ALL=C awk 'BEGIN { for (i = 0; i < 600; i++) {
		g = i % 10 < 6 ? "White" : i % 10 < 9 ? "Black" : "Other"
		y = i * 7 % 13 < 5; s = (i * 31 % 97) / 97 + (g == "Black" ? 0.15 : 0) - 0.1 * !y
		print "r" i "," y "," (s > 1 ? 1 : s < 0 ? 0 : s) "," (i % 50 == 49 ? "" : g) "," (i % 3 ? "f" : "m")
	} }'
} >p.csv
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy]}
slices: [{by: race}, {by: sex}, {cross: [race, sex]}]
fairness:
- {by: race, reference: {value: White}, tau: 0.8, metrics: [fpr, fnr, pprev]}
- {by: sex, reference: min}
- {by: race & sex, eval: other}
END
mlv fairness
mlv fairness --ref White 2>&1 | tail -2
mlv fairness --ref majority --tau 0.95 --exit-code -q
echo $?
git add -A && git commit -qm one && sed -i 's/fpr, fnr, pprev/for/' mlv.yaml
mlv fairness --rev HEAD --format md | head -12
mlv fairness test --json | /usr/bin/python3 -c '
import json, sys
one, = json.load(sys.stdin)
race, sex = one["attributes"]
print(one["n"], [g["group"] for g in race["groups"]], race["groups"][0]["fpr"]["reference"], sex["equalized_odds_difference"])
assert sum(g["tp"] + g["fp"] + g["tn"] + g["fn"] for g in race["groups"]) == 600
print(json.dumps(race["groups"][1]["fpr"]), one["fair"])'
cat >test_1.csv <<'END'
label_value,score,class
1,1,High
1,0,Low
1,0,High
1,1,Low
1,1,High
0,1,Low
0,0,High
0,0,Low
0,1,High
0,1,Low
END
printf 'ref_groups_method: predefined\nref_groups: {class: High}\nfairness_threshold: 0.8\nfairness_measures: [FDR Parity]\nreport: false\n' >config.yaml
mlv fairness --aequitas test_1.csv --config config.yaml --format aequitas-csv
mlv fairness --aequitas test_1.csv --config config.yaml | head -8
cat >ranks.csv <<'END'
entity_id,model_id,score,label_value,age,"a ""b"""
1,7,0.9,1,20,x
2,7,0.5,0,30.5,x
4,7,0.5,1,31,y
3,7,0.5,1,50,y
5,7,0.1,0,60,
END
printf 'score_thresholds: {rank_abs: [2], rank_pct: [0.4], score_val: [0.5]}\nattr_cols: [age, "a \\"b\\""]\n' >config.yaml
mlv fairness --aequitas ranks.csv --config config.yaml --format aequitas-csv | cut -d, -f1-9,14-15
# Within the levels of something else; the reference is one of the level.
sed -i 's/^fairness:/fairness:\n- {by: race, control: sex, reference: {value: White}, metrics: [fpr]}/' mlv.yaml
mlv fairness --tau 0.5 | sed -n '/within/,/^Rate .*Max/p'
mlv fairness --format aequitas-csv | cut -d, -f4,5,26,27 | head -8
mlv fairness --json | /usr/bin/python3 -c '
import json, sys
one, = json.load(sys.stdin)
print([(a["attribute"], a.get("within"), sum(g["n"] for g in a["groups"])) for a in one["attributes"]])'
# Whole numbers are written as Aequitas writes them, not as 1e+01: 10.0 for a rate by 0, and 20 times a rate.
{
	echo label_value,score,class
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do echo 0,0,Ref; done
	printf '%s\n' 0,1,Ref 1,0,Ref 1,1,Other 0,1,Other
} >whole.csv
printf 'ref_groups_method: predefined\nref_groups: {class: Ref}\n' >config.yaml
mlv fairness --aequitas whole.csv --config config.yaml --format aequitas-csv |
	/usr/bin/python3 -c 'import csv, sys; print([(r["attribute_value"], r["fpr_disparity"], r["tpr_disparity"], r["fpr"]) for r in csv.DictReader(sys.stdin)])'
