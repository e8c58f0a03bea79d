# Slices that a split lacks: of values, bins, expressions, rules and crosses; those whose columns the table has not are told of.
git init -q && mlv init -q
cat >d.csv <<'END'
id,y,country,age,text
1,a,de,10,a b
2,b,de,20,a
3,a,de,30,a b c
4,b,at,40,a
5,a,fr,50,a b
6,b,fr,60,a
7,a,fr,,a b c
8,b,fr,80,a
END
cat >mlv.yaml <<'END'
slices:
  - by: country
  - by: age
    bins: [0, 35, .inf]
  - name: words
    expr: words(text)
    bins: [0, 2, 10]
  - name: urgent
    where: 'text ~ "c$"'
  - by: label
  - by: score
    quantiles: 2
  - cross: [country, score]
  - cross: [country, label]
  - name: late
    where: 'score > 0.5'
evals:
  few: {predictions: p.csv, task: multiclass, columns: {label: y, pred: p}, metrics: [accuracy], slices: [words]}
cv:
  two: {data: d.csv, scheme: kfold, k: 2, id: id, label: y}
  few: {data: d.csv, scheme: kfold, k: 2, id: id, label: y, eval: few}
END
mlv cv check two
echo $?
mlv cv check two --json
mlv cv check few
# A number that is none is named.
sed -i 's/^5,a,fr,50/5,a,fr,fifty/' d.csv
mlv cv check two
echo $?
