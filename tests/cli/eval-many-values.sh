# Values beyond the most frequent ones are together in one slice, and the record says how many they were.
mlv init -q --no-scm
(echo y,p,g && seq 100000 | sed 's/\(.*\)/a,a,v\1/' && echo a,b,v7 && echo a,a,v7 && echo 'a,a,back\slash') >t.csv
cat >mlv.yaml <<'END'
evals: {e: {predictions: t.csv, task: multiclass, columns: {label: y, pred: p}, metrics: [accuracy]}}
slices: [{by: g, top: 1}]
END
mlv eval
grep -o '"n":[0-9]*,"name":"g=[^"]*"' evals/e.json
tail -5 evals/e.json
