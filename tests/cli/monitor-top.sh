# Which values have slices is what the record says, whatever new rows have most of.
git init -q && mlv init -q
cat >mlv.yaml <<'YAML'
evals:
  test: {predictions: p.csv, task: binary, columns: {label: y, score: s}, metrics: [accuracy]}
slices: [{by: shop, top: 2}, {by: color}, {cross: [shop, color]}, {cross: [city, color], top: 3}]
monitor:
  prod: {reference: test}
YAML
# rows COUNT SHOPS COLORS CITIES: shops and colours are dealt out in turn, of cities the first often.
rows() {
	LC_ALL=C awk -v count="$1" -v shops="$2" -v colors="$3" -v cities="$4" 'BEGIN {
		print "y,s,shop,color,city"
		shop_count = split(shops, shop, " "); color_count = split(colors, color, " ")
		for (i = 0; i < count; i++)
			print i % 2 "," (i % 3 ? i % 2 : 1 - i % 2) "," shop[1 + i % shop_count] "," color[1 + int(i / 7) % color_count] "," (i % 2 ? 0 : i % cities)
	}'
}
rows 900 "a a a b b c d" "red blue" 444 >p.csv
mlv eval -q && mlv monitor profile -q && grep -o '"top":[0-9]*,"values":\["[^,]*,[^,]*,' evals/test.json
git add . && git commit -qm one
echo "--- c and d are most now, and e is new; so is green, where all values had slices"
rows 300 "c c c d d e a" "red blue green" 10 >new.csv
mlv monitor check -n --input new.csv | sed '/^Slice *Metric/,$d' | grep -v '^s '
mlv monitor check -n --input new.csv | grep ^new
echo "--- as many values as get slices, and others beside them"
sed -i 's/by: color/by: color, top: 2/' mlv.yaml && mlv eval -q && mlv monitor profile -q
rows 300 "a b c d" "red green green black black white white" 10 >new.csv
mlv monitor check -n --input new.csv | grep -E '^(color|new: color)='
echo "--- values that are written in another way, as where a column has become one of fractions"
cat >stars.yaml <<'YAML'
evals:
  test: {predictions: p.csv, task: binary, columns: {label: y, score: s}, metrics: [accuracy]}
slices: [{by: stars, top: 2}, {by: sold}]
monitor:
  prod: {reference: test, features: [stars, sold]}
YAML
LC_ALL=C awk 'BEGIN { print "y,s,stars,sold"; for (i = 0; i < 400; i++) print i % 2 "," i % 2 "," i * i % 7 "," (i % 3 ? "true" : "false") }' >stars.csv
mkdir stars && cp stars.csv stars/p.csv && cp stars.yaml stars/mlv.yaml && cd stars && git init -q && mlv init -q
mlv eval -q && mlv monitor profile -q
sed '1!s/\([0-9]\),t/\1.0,T/; 1!s/,f/,F/; s/^\(.*\),4,False/\1,4.00,FALSE/' p.csv >new.csv && mlv monitor check -n --input new.csv --limit 8 | grep -v accuracy; sed -n '2p; 4p; $p' new.csv
cd ..
echo "--- without labels"
cut -d, -f 2- new.csv >unlabelled.csv && mlv monitor check -n --input unlabelled.csv | grep '^shop=[^ ]* '
echo "--- slices that are defined otherwise than those of the record, or no more"
sed -i 's/by: shop, top: 2/by: shop, top: 3/' mlv.yaml && mlv monitor check -n --input new.csv || echo "$?"
sed -i 's/{by: shop, top: 3}, //' mlv.yaml && mlv monitor check -n --input new.csv || echo "$?"
sed -i 's/, {cross: .shop, color.}//' mlv.yaml && mlv monitor check -n --input new.csv || echo "$?"
git checkout -q . && sed -i 's/{by: color}, //' mlv.yaml && mlv monitor check -n --input new.csv >/dev/null || echo "$?"
echo "--- a record of before, which does not tell of what is only crossed"
git checkout -q . && sed -i 's/,"values":\[[^]]*\]//' evals/test.json && mlv monitor check -n --input new.csv || echo "$?"
sed -i 's/, {cross: .city, color., top: 3}//' mlv.yaml && mlv eval -q && mlv monitor profile -q && mlv monitor check -n --input new.csv | sed -n 1p
