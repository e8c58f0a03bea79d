# The order of slices in a comparison: the worst first, by how much they moved, by rows, by name.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: multiclass, columns: {id: id, label: y, pred: p}, metrics: [accuracy], min_n: 1}
slices: [{by: g}]
END
# Slice i of 4 has 30, 40, 50, 60 rows; of a hundred so many are right.
table() {
	LC_ALL=C awk -v right="$1" 'BEGIN {
		split(right, r, ","); print "id,y,p,g"
		for (i = 1; i <= 4; i++)
			for (j = 0; j < 20 + 10 * i; j++) print "r" i "." j ",u," (j * 7 % (20 + 10 * i) < r[i] * (20 + 10 * i) / 100 ? "u" : "v") "," i
	}'
}
table 80,80,80,80 >p.csv && mlv eval -q && git add -A && git commit -qm one
table 40,67.5,82,90 >p.csv && mlv eval -q
for how in '' worst delta n name; do
	echo "--- ${how:-as it is}"
	mlv metrics diff --all --adjust none ${how:+--sort $how} | sed -n 's/^\(g=[0-9]\).*  \([+-][0-9.]*\) .*/\1 \2/p'
done
mlv metrics diff --sort size
echo $?
