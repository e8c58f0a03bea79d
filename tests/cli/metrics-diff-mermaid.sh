# Charts for GitHub and GitLab: names of slices cannot end what they stand in.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: regression, columns: {id: id, label: y, pred: p}, metrics: [mae, bias, r2], min_n: 3}
slices: [{by: g}]
END
table() {
	LC_ALL=C awk -v off="$1" 'BEGIN {
		name[0] = "\"say \"\"no\"\"\""; name[1] = "`tick`"; name[2] = "a;b#c<d>\\"
		print "id,y,p,g"
		for (i = 0; i < 90; i++)
			print "r" i "," i % 7 "," i % 7 + (i % 3 == 1 ? off : 1) + i % 2 / 8 "," name[i % 3]
	}'
}
table 1 >p.csv
mlv eval -q && mlv add -q p.csv && git add -A && git commit -qm one
table -2 >p.csv
mlv eval -q
mlv metrics diff --md --mermaid --precision 3 --all | sed -n "/mermaid/,/^- /p"
mlv metrics diff --mermaid >/dev/null
echo $?
mlv metrics diff --json | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["evals/test.json"]["reversals"])'
