# Values that miss, or are not UTF-8: a feature that has none at all, one whose values stop coming, one that holds what is no number.
git init -q && mlv init -q
cat >mlv.yaml <<'YAML'
evals:
  test: {predictions: p.csv, task: binary, columns: {label: y, score: s}, metrics: [accuracy]}
monitor:
  prod: {reference: test, features: [none, na, age, far, color], psi: 0.1}
YAML
# rows NONE AGE COLOR: what these columns hold; "-": numbers, of which those above 90 are infinite in "far".
rows() {
	LC_ALL=C awk -v none="$1" -v age="$2" -v color="$3" 'BEGIN {
		print "y,s,none,na,age,far,color"
		for (i = 0; i < 100; i++)
			print i % 2 "," (i % 2 ? 0.75 : 0.25) "," none "," (i % 3 ? "NA" : "") "," (age == "-" ? i : age) "," (i > 90 ? "inf" : i < 5 ? "-inf" : i) "," color
	}'
}
rows "" - red >p.csv
mlv eval -q && mlv monitor profile && cut -c 1-70 monitor/prod.json | head -6
echo "--- the same"
mlv monitor check -n --input p.csv | sed -n '2,8p'
echo "--- one has values, another lost them"
rows 7 "" red >other.csv
mlv monitor check -n --input other.csv | sed -n '1,8p'
mlv monitor check -n -q --input other.csv; echo "$?"
echo "--- what is no number, and names that miss"
rows x old "" >other.csv
mlv monitor check -n --input other.csv | sed -n '1,8p; /^new/p'
echo "--- texts in Latin-1: what JSON cannot tell apart is one value"
printf 'y,s,none\n1,0.75,caf\351\n0,0.25,caf\350\n1,0.75,bar\n' >p.csv
sed -i 's/features: .*]/features: [none]/' mlv.yaml
mlv eval -q && mlv monitor profile -q && sed -n 2p monitor/prod.json && mlv monitor check -n --input p.csv | sed -n '3p; /^new/p'
