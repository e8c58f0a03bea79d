# What a feature may be: a column of the predictions, one of the table joined to them, what an entry of slices computes.
git init -q && mlv init -q
cat >mlv.yaml <<'YAML'
evals:
  test:
    predictions: p.csv
    task: binary
    columns: {id: id, label: y, score: score}
    join: {path: features.csv, on: id}
    metrics: [accuracy]
slices:
  - {name: length, expr: words(text), bins: [0, 3, .inf]}
  - {name: source, expr: 'prefix(path, "/", 1)'}
  - {name: size, expr: file_size(path), bins: [0, 5, .inf]}
  - {name: short, where: words(text) < 3}
monitor:
  prod: {reference: test, features: [age, length, source, size, score, length], psi: 0.2}
YAML
mkdir a b && printf 1234 >a/x && printf 12345678 >b/x
LC_ALL=C awk 'BEGIN {
	print "id,y,score" >"p.csv"; print "id,age,text,path" >"features.csv"; print "y,score,age,text,path" >"new.csv"
	for (i = 0; i < 200; i++) {
		text = "one"; for (w = 0; w < i % 12; w++) text = text " more"
		print i "," i % 2 "," (i % 2 ? 0.75 : 0.25) >"p.csv"
		print i "," i % 50 "," text "," (i % 4 ? "a" : "b") "/x" >"features.csv"
		print i % 2 "," (i % 2 ? 0.75 : 0.25) "," i % 50 "," text "," (i % 4 ? "a" : "b") "/x" >"new.csv"
	}
}'
mlv eval -q && mlv monitor profile && cut -c 1-50 monitor/prod.json
mlv monitor check -n --input new.csv | head -11
echo "--- longer texts, of another source"
sed 's/one/one of many more words than there were before/; s/,b.x/,a\/x/' new.csv >other.csv
mlv monitor check -n --input other.csv | head -11
echo "--- fractions that a program read and wrote again are the same values"
cp p.csv kept && sed 's/0.25/0.010309278350515464/' kept >p.csv && mlv eval -q && mlv monitor profile -q
sed 's/0.25/0.0103092783505154/' new.csv >again.csv && mlv monitor check -n --input again.csv | grep -e '^score' -e new:
mv kept p.csv
echo "--- groups, which new rows may lack, or have"
sed '1s/$/,who/; 1!s/$/,w/' p.csv >q && mv q p.csv && sed -i 's/score: score}/score: score, group: who}/' mlv.yaml
mlv eval -q && mlv monitor profile -q && mlv monitor check -n --input new.csv | sed -n 1p
sed '1s/$/,who/; 1!s/$/,w/' new.csv >grouped.csv && mlv monitor check -n --input grouped.csv | sed -n 1p
echo "--- mlv.yaml with an anchor"
cp mlv.yaml kept && sed -i 's/psi: 0.2/psi: \&limit 0.2, ks_alpha: *limit/' mlv.yaml && mlv monitor check -n --input new.csv | sed -n 1p
mv kept mlv.yaml
echo "--- a column that is nowhere"
sed 's/,path$/,file/' new.csv >bad.csv && mlv monitor check -n --input bad.csv || echo "$?"
sed 's/^y,score,age/y,score,year/' new.csv >bad.csv && mlv monitor check -n --input bad.csv || echo "$?"
sed 's/^y,score,age/y,points,age/' new.csv >bad.csv && mlv monitor check -n --input bad.csv || echo "$?"
sed -i 's/features: \[age/features: [agee/' mlv.yaml && mlv monitor profile || echo "$?"
