# Slices of binary rows are computed in passes over all rows; with a metric that needs the rows of each slice, row by
# row. Both give the same bytes: with ties, scores of 0, 1 and next to 0, one class, a rule that holds for no row.
mlv init -q --no-scm
LC_ALL=C awk 'BEGIN { srand(5)
	print "id,y,score,fold,a,b,n"
	for (i = 0; i < 3000; i++) {
		s = rand()
		if (i % 7 == 0) s = int(s * 8) / 8
		if (i % 11 == 0) s = s * 1e-9
		if (i % 13 == 0) s = s * 1e-30
		if (i % 400 == 0) s = 1
		y = (i % 5 == 3) ? 0 : (rand() < s)
		printf "%d,%d,%.17g,%d,a%d,b%d,%d\n", i, y, s, rand() * 4, i % 5, rand() * 9, rand() * 100
	}
}' >p.csv
spec() {
	printf '  %s:\n    predictions: p.csv\n    task: binary\n' "$1"
	printf '    columns: {label: y, score: score%s}\n    metrics: [%s%s]\n' "$2" "$4" "$3"
}
{
	printf 'evals:\n'
	spec passes ', fold: fold' '' 'accuracy, f1, auc, ece, brier, log_loss'
	spec gathered ', fold: fold' ', ap' 'accuracy, f1, auc, ece, brier, log_loss'
	for only in auc ece brier log_loss; do
		spec "passes_$only" '' '' $only
		spec "gathered_$only" '' ', ap' $only
	done
	cat <<'YAML'
slices:
- by: a
- by: b
  top: 3
- by: n
  bins: [0, 20, .inf]
- cross: [a, b]
- name: none
  where: n > 1000
- name: some
  where: n > 90 and b == "b1"
YAML
} >mlv.yaml
mlv eval >/dev/null
for way in '' _auc _ece _brier _log_loss; do
	LC_ALL=C sed -e 's/"ap":{[^}]*},//g' -e 's/"ap":"max",//' -e "s/gathered$way\"/passes$way\"/" "evals/gathered$way.json" |
		cmp - "evals/passes$way.json" && LC_ALL=C grep -c '"n":' "evals/passes$way.json"
done
for jobs in 1 3 8; do
	cp evals/passes.json before
	mlv -j "$jobs" eval passes >/dev/null && cmp before evals/passes.json
done
