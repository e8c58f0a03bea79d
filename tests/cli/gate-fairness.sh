# Rules about groups: from the counts of the record alone, each beside its reference, by point and by test.
git init -q && mlv init -q
{
	echo 'id,y,s,race,sex'
	LC_ALL=C awk 'BEGIN { for (i = 0; i < 600; i++) {
		g = i % 10 < 6 ? "White" : i % 10 < 9 ? "Black" : "Other"
		y = i * 7 % 13 < 5; s = (i * 31 % 97) / 97 + (g == "Black" ? 0.25 : 0) - 0.1 * !y
		print "r" i "," y "," (s > 1 ? 1 : s < 0 ? 0 : s) "," (i % 50 == 49 ? "" : g) "," (i % 3 ? "f" : "m")
	} }'
} >p.csv
gate() {
	cat >mlv.yaml <<END
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s${weight-}}, metrics: [accuracy], min_n: 20}
slices: [{by: race}, {by: sex}$cross]
fairness:
- {by: race, reference: {value: ${ref-White}}, tau: 0.7${control-}}
- {by: sex, reference: min}
gates: {main: {rules: ["$1"${2+, \"$2\"}], on_small_slice: ${small:-inconclusive}}}
END
	$eval
	mlv gate $options 2>&1
	echo "$?"
}
cross='' eval='mlv eval -q' options=''
gate 'fairness.race.fpr in tau'
eval=:
mv p.csv away
gate 'fairness.race.fpr in tau mode significant' 'fairness.sex.fpr in tau'
small=ignore gate 'fairness.*.accuracy in tau'
small=ignore options=--json gate 'fairness.race.tpr in tau' | /usr/bin/python3 -c '
import json, sys
for finding in json.loads(sys.stdin.readline())["findings"]:
    print(finding["slice"], finding["outcome"], round(finding["value"], 4), finding["limit"])'
echo "--- within the slices of something else: the record must have both together"
control=', control: sex' gate 'fairness.race.fpr in tau'
mv away p.csv
small=ignore cross=', {cross: [sex, race]}' control=', control: sex' eval='mlv eval -q' options=--md gate 'fairness.race.fpr in tau'
mlv fairness | sed -n '/within sex=m/,/^Rate .*Max/p' | grep '^fpr'
echo "--- what is not there"
gate 'fairness.age.fpr in tau'
ref=Green gate 'fairness.race.fpr in tau'
gate 'fairness.race.f1 in tau'
mlv metrics bisect 'fairness.race.fpr in tau' HEAD HEAD || echo "$?"
weight=', weight: s' eval='mlv eval -q' gate 'fairness.race.fpr in tau'
sed -i '/^fairness/,/^- {by: sex/d' mlv.yaml && mlv gate || echo "$?"
