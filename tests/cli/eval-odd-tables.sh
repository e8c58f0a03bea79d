# What a table may be: marks, line ends, quotes; numbers that no sum can hold; classes that no row has. No row is dropped.
mlv init -q --no-scm
try() {
	cat >t.csv
	cat >mlv.yaml <<END
evals:
  e: {predictions: t.csv, task: $1, columns: {$2}, metrics: [$3], min_n: 0}
slices: [{by: g}]
END
	mlv eval -q
	grep -oE '"why":"[^"]*"|"rows":[0-9]+|"n":[0-9]+,"name":"[^}]*|^,?\{"[cd].*code.*' evals/e.json
	cat evals/e.metrics.json
}
echo "--- a byte order mark, CRLF, quotes, an empty line"
printf '\357\273\277id,y,s,g\r\n1,0,0.5,"a ""b"", c"\r\n\r\n2,1,0.5,"two\nlines"\r\n3,1,0.5,""\r\n' | try binary 'id: id, label: y, score: s' accuracy
echo "--- sums beyond what a number holds"
printf 'y,p,g\n1e308,-1e308,1\n1,-1e308,1\n2,3,2\n' | try regression 'label: y, pred: p' 'mae, r2'
printf 'y,p,w,g\n1,2,1e308,1\n1,3,1e308,1\n' | try regression 'label: y, pred: p, weight: w' mae
echo "--- a label that was never seen, predicted twice"
printf 'y,p,g\na,a,1\na,zzz,1\nb,zzz,2\nb,b,2\n' | try multiclass 'label: y, pred: p' accuracy
printf 'y,p,w,g\na,a,1,1\na,c,0.5,1\nb,b,2,2\n' | try multiclass 'label: y, pred: p, weight: w' accuracy
printf 'y,s,g\n0,0.2,1\n0,0.9,1\n' | try binary 'label: y, score: s' 'accuracy, auc'
