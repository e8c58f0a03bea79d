# A command for each split: run side by side, not again where nothing changed, put together, reported.
git init -q && mlv init -q
{
	echo 'id,y,x'
	i=0
	while [ $i -lt 40 ]; do echo "r$i,$((i * 7 % 5 < 2)),$((i * 13 % 10))"; i=$((i + 1)); done
} >d.csv
cat >train.sh <<'END'
# Predicts by the mean of the score of what trains.
test -n "$1" && LC_ALL=C awk -F, 'NR > 1 { s += $3; n++ } END { print s / n }' "$1" >mean.$4 || exit 3
LC_ALL=C awk -F, -v mean="$(cat mean.$4)" 'NR == 1 { print "id,y,s"; next } { print $1 "," $2 "," ($3 >= mean ? 0.75 : 0.25) }' "$2" >"$3"
echo "split $4 ran" >>ran
END
cat >mlv.yaml <<'END'
cv:
  cv4: {data: d.csv, scheme: stratified, k: 4, seed: 7, id: id, label: y, out: out/cv.csv, deps: [train.sh],
        cmd: 'x={x}; sh train.sh {train} {test} {preds} {split}'}
evals:
  cv4: {predictions: out/cv.csv, task: binary, columns: {id: id, label: y, score: s, fold: fold}, metrics: [accuracy, auc]}
slices: [{by: label}]
END
mlv cv run -j2
sort ran && rm ran
mlv cv run --json
test -e ran || echo 'nothing ran'
head -3 out/cv.csv; cut -d, -f4 out/cv.csv | sort | uniq -c
mlv eval -q && mlv cv report
mlv cv report --folds --md --slice label=1
mlv cv report --json
echo '# a word' >>train.sh && mlv cv run --split 2 && cat ran && rm ran
echo 'r40,1,3' >>d.csv && mlv cv run && sort ran | wc -l
rm .mlv/state/cv/cv4/1/preds.csv && mlv cv run
echo damage >>.mlv/state/cv/cv4/3/preds.csv && mlv cv run
mlv cv run -f --split 0
# What goes wrong.
mlv cv run --split 9
echo $?
sed -i 's/k: 4/k: 3/' mlv.yaml && mlv cv report
echo $?
sed -i 's/k: 3/k: 4/; s/{train} {test} {preds}/"" {test} {preds}/' mlv.yaml
mlv cv run -j1
echo $?
sed -i "s/sh train.sh.*'/echo sorry >\&2'/" mlv.yaml
mlv cv run -j1
echo $?
cat .mlv/state/cv/cv4/0/log
sed -i "s/echo sorry >&2'/printf \"id,y\\\\\\\\n{split},1,2\\\\\\\\n\" >{preds}'/" mlv.yaml
mlv cv run
echo $?
sed -i "s/, cmd:/, kmd:/; s/        cmd: .*/        }/; s/train.sh\],/train.sh]/" mlv.yaml
mlv cv run
echo $?
