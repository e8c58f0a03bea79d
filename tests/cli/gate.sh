# A gate fails for the slice that got worse although all rows together got better.
git init -q && mlv init -q
table() {
	LC_ALL=C awk -v low="$1" -v bad="$2" 'BEGIN {
		print "id,y,s,g"
		for (i = 0; i < 400; i++) {
			y = i % 2; g = int(i / 100); right = (i * 37 % 100) >= (g == bad ? 45 : low)
			print "r" i "," y "," (right == y ? 0.6 : 0.3) "," g
		}
		print "last,1,0.6,few"
	}'
}
gate() {
	cat >mlv.yaml <<END
evals:
  test: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy, fpr, auc, ece]}
slices: [{by: g, critical: true}]
gates:
  main:
    base: HEAD
    on_small_slice: ${small:-ignore}
    rules:
$(printf '    - "%s"\n' "$@")
END
	shift $#
	mlv gate $options
	echo "$?"
}
table 30 9 >p.csv
gate 'overall.accuracy >= 0.6' >/dev/null 2>&1
mlv eval -q && git add -A && git commit -qm one
table 20 2 >p.csv
mlv gate
echo "$? for a record that is not of these predictions"
mlv eval -q
gate 'overall.accuracy >= 0.7' 'overall.accuracy drop < 0.01' 'worst(slices.g.accuracy) >= 0.5' 'gap(slices.g.accuracy) < 0.3'
gate 'overall.accuracy rise < 0.1' 'slices.* accuracy drop < 0.02 mode significant'
gate 'slices.g.fpr rise < 0.2' 'slices[g=0].fpr rise < 0 mode noninferior margin 0.03'
gate 'slices[critical].fpr rise < 0.01 mode noninferior margin 0.01'
gate 'slices[g=3].auc >= 0.9' 'slices[g=9].auc >= 0.9' 'overall.mcc >= 0' 'slices.*.ece < 0.1 mode significant'
small=inconclusive gate 'slices.* accuracy >= 0.3'
options=--soft gate 'overall.accuracy >= 0.99'
options="--md --github --junit report.xml" gate 'slices.* accuracy drop < -0.2'
cat report.xml
# For other programs: a slice with what each of their formats must escape.
sed 's/,few$/,"a""b\\c%<"/' p.csv >q.csv && mv q.csv p.csv && mlv eval -q
export GITHUB_STEP_SUMMARY="$PWD/summary"
echo before >summary
small=fail options="-q --github --sarif gate.sarif --openmetrics gate.txt" gate 'overall.accuracy >= 0.5' 'slices.* accuracy >= 0.6'
cat gate.sarif gate.txt summary
/usr/bin/python3 -m json.tool gate.sarif >/dev/null && head -c 1048576 /dev/zero >summary
small=fail options="-q --github" gate 'slices.* accuracy >= 0.6' 2>&1
wc -c <summary
unset GITHUB_STEP_SUMMARY small
table 20 2 >p.csv && mlv eval -q
options=--json gate 'overall.accuracy >= 0.99' | head -1 | /usr/bin/python3 -m json.tool --compact
options="--base nosuch" gate 'overall.accuracy drop < 1' 2>&1
options="--base nosuch" gate 'overall.accuracy > 0.5'
# What does not fit is left out, and never what failed before what did not; of a summary that is nearly full, too.
options="--md --max-bytes 340" gate 'slices.* accuracy >= 0.3' 'slices.* accuracy >= 0.8'
options="--md --max-bytes 10" gate 'slices.* accuracy >= 0.3' 2>&1
options="--max-bytes 1000" gate 'slices.* accuracy >= 0.3' 2>&1
export GITHUB_STEP_SUMMARY="$PWD/summary"
head -c 1048236 /dev/zero >summary
options="-q --github" gate 'slices.* accuracy >= 0.3' 'slices.* accuracy >= 0.8'
tail -c 340 summary | tr -d '\0'
# The rules of another file, which a merge request cannot change with what they judge.
unset GITHUB_STEP_SUMMARY
mkdir policies && cat >policies/strict.yaml <<'END'
gates:
  strict:
    rules:
    - overall.accuracy >= 0.99
END
options= gate 'overall.accuracy >= 0' | head -1
mlv gate --policy policies/strict.yaml --github
echo $?
mlv gate --policy policies/strict.yaml main 2>&1 || echo $?
mlv gate --policy nosuch.yaml 2>&1 || echo $?
echo '- no map' >policies/strict.yaml && mlv gate --policy policies/strict.yaml 2>&1 || echo $?
# Rows that are guessed otherwise than before: 30 of 401 became right, and 15 wrong.
git checkout -q . && table 20 2 >p.csv && mlv eval -q
gate 'churn.flip_rate < 0.2' 'churn.regressed < 0.02' 'churn.improved > 0.07' 'churn.neg_to_pos <= 0.1' 'churn.pos_to_neg <= 0.1'
mv p.csv away && gate 'churn.regressed < 0.02' 2>&1
mlv metrics bisect 'churn.regressed < 0.02' HEAD HEAD 2>&1 || echo $?
