# A profile stays small enough to be read: of many features fewer slices, and no texts without end.
git init -q && mlv init -q
cat >mlv.yaml <<END
evals: {e: {predictions: p.csv, task: binary, columns: {label: y, pred: y}, metrics: [accuracy], min_n: 1}}
slices: [{by: shop, top: 1000}]
monitor: {m: {reference: e, features: [$(seq -s, -f f%g 200)]}}
END
LC_ALL=C awk 'BEGIN {
	for (r = 0; r <= 1000; r++) {
		printf r ? r % 2 ",s" (r - 1) % 900 : "y,shop"
		for (f = 1; f <= 200; f++) printf r ? ",1" : ",f" f
		print ""
	}
}' >p.csv
mlv eval -q && mlv monitor profile -q && grep -c '"shop=' monitor/m.json
echo '--- those of most rows first'
grep -c '"shop=.*"rows":2}$' monitor/m.json && mlv monitor check -n --input p.csv m | sed -n 1p
echo '--- texts of half a MiB, in each of twenty slices'
LC_ALL=C awk 'BEGIN {
	for (text = "abcdefgh"; length(text) < 500000; ) text = text text
	print "y,text"
	for (r = 0; r < 8; r++) print r % 2 "," r text
}' >p.csv
cat >mlv.yaml <<END
evals: {e: {predictions: p.csv, task: binary, columns: {label: y, pred: y}, metrics: [accuracy], min_n: 1}}
slices: [$(seq -s, -f '{name: s%g, where: y >= 0}' 20)]
monitor: {m: {reference: e, features: [text]}}
END
cp monitor/m.json kept.json && mlv eval -q && mlv monitor profile
echo $?
cmp monitor/m.json kept.json
