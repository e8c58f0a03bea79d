# Markdown for a comment that may be so long only: the last rows go, first those that are folded up, the worst
# slices stay, and what went is said.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: multiclass, columns: {id: id, label: y, pred: p}, metrics: [accuracy], min_n: 1}
slices: [{by: g}]
END
# Slice i of 12 has 20 rows, of which 19 - i were right; now 19 - 2 * i are, or none.
table() {
	LC_ALL=C awk -v k="$1" 'BEGIN {
		print "id,y,p,g"
		for (i = 0; i < 12; i++)
			for (j = 0; j < 20; j++) print "r" i "." j ",u," (j < 19 - k * i ? "u" : "v") "," i + 10
	}'
}
table 1 >p.csv
mlv eval -q && git add -A && git commit -qm one
table 2 >p.csv
mlv eval -q
mlv metrics diff --all --md >whole
rows() { grep '^| [go]' "$1"; }
rows whole >all; rows=$(wc -l <all) whole=$(wc -c <whole)
mlv metrics diff --all --md --max-bytes "$whole" | cmp - whole && echo 'as much as is needed'
row=$(tail -n 1 all | wc -c) # without one row, what says so has no place
for most in $((whole - 1)) $((whole - row)) 2000 1500 1200 1000 900; do
	mlv metrics diff --all --md --max-bytes "$most" >short || continue
	rows short >a; kept=$(wc -l <a) left=$(sed -n 's/ rows* left out$//p' short)
	[ "$(wc -c <short)" -le "$most" ] && [ $((kept + left)) = "$rows" ] && echo "$left rows went, it fits"
	# What is kept is the beginning of both tables, one behind the other.
	head -n "$kept" all | cmp - a
done
mlv metrics diff --all --md --max-bytes 1600
mlv metrics diff --md --max-bytes 100
echo $?
mlv metrics diff --max-bytes 100
echo $?
mlv metrics diff --md --max-bytes 1k
echo $?
