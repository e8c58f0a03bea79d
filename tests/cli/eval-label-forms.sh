# Labels are classes, however a table writes them: 1, 1.0 and 1.00 are one, so are true and True; 01 is another.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
evals:
  numbers: {predictions: n.csv, task: binary, columns: {label: y, pred: p}, metrics: [accuracy, recall]}
  words: {predictions: w.csv, task: binary, columns: {label: y, pred: p}, metrics: [accuracy, recall]}
  many: {predictions: m.csv, task: multiclass, columns: {label: y, pred: p}, metrics: [accuracy]}
slices: [{by: label}]
END
printf '%s\n' y,p 1,1.0 1.00,1 0,0.0 0.00,1 >n.csv
printf '%s\n' y,p true,True TRUE,true False,false FALSE,True >w.csv
printf '%s\n' y,p 1,1.0 2.0,2 01,1 1.5,1.50 >m.csv
mlv eval
grep -ho '"classes":[^]]*]' evals/numbers.json evals/words.json evals/many.json
sed -i 's/m.csv, task: multiclass/m.csv, task: binary/' mlv.yaml && mlv eval many || echo "$?"
