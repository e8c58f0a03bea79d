# What an expression of mlv.yaml may not say: the line of the file and the column in the expression are told.
mlv init -q --no-scm
printf 'y,p,t\n0,0,a\n1,1,b\n' >t.csv
try() {
	printf 'evals:\n  e: {predictions: t.csv, task: multiclass, columns: {label: y, pred: p}, metrics: [accuracy]}\n' >mlv.yaml
	printf 'slices:\n  - %s\n' "$1" >>mlv.yaml
	mlv eval 2>&1
	echo $?
}
try '{name: s, where: "words(t) > \"a\""}'
try '{name: s, where: words(t)}'
try '{name: s, expr: wrds(t)}'
try '{name: s, where: "t ~ \"(\""}'
try '{where: t == 1}'
try '{name: s, expr: t, bins: [1, 2]}'
try '{name: s, where: t == 1, bins: [1, 2]}'
try '{name: s, where: t == 1, expr: t}'
try '{name: s, by: t, expr: t}'
try '{name: s, expr: u + 1}'
try '{name: s, expr: t + 1}'
try '{name: s, where: t == "a"}
  - {cross: [s, t]}'
