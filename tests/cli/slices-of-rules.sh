# A rule has one slice, and rows that are not in it: everything that divides rows knows of both.
mlv init -q --no-scm
# rows WEB: of 400, how many of 100 are of the web, whose predictions are bad when they are long.
rows() {
	LC_ALL=C awk -v web="$1" 'BEGIN {
		print "id,y,s,device,n"
		for (i = 0; i < 400; i++) {
			y = i % 2; device = i * 37 % 100 < web ? "web" : "phone"; n = i * 7 % 10
			right = i * 31 % 17 >= (device == "web" && n > 6 ? 11 : 2)
			print "r" i "," y "," (right == y ? 0.8 : 0.3) "," device "," n
		}
	}'
}
rows 40 >p.csv
cat >mlv.yaml <<'END'
evals: {e: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy], min_n: 10}}
slices:
- {name: on phones, where: device == "phone"}
- {name: none, where: device == "watch"}
- {name: long, where: n > 6}
- by: device
monitor: {m: {reference: e, psi: 0.05}}
END
mlv slices ls
mlv slices check
mlv slices find --top 3
mlv eval -q && mlv monitor profile -q && mlv monitor check -n --input p.csv | grep 'slices of'
rows 70 >q.csv && mlv monitor check -n --input q.csv | grep 'slices of'
