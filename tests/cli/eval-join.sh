# Features come from a table of their own, by id, however it is sorted.
mlv init -q --no-scm
mkdir out data
printf 'id,y,p\na,x,x\nb,y,x\nc,x,x\n' >out/p.csv
printf '{"key": "c", "race": "R"}\n{"key": "b", "race": "S"}\n{"key": "z", "race": "T"}\n{"key": "a", "race": null}\n' >data/f.jsonl
cat >mlv.yaml <<'END'
evals:
  e:
    predictions: out/p.csv
    task: multiclass
    columns: {id: id, label: y, pred: p}
    join: {path: data/f.jsonl, on: key}
    metrics: [accuracy]
slices: [{by: race}]
END
mlv eval -q && grep -o '"n":[0-9]*,"name":"race[^"]*"' evals/e.json
echo '{"key": "b", "race": "S"}' >>data/f.jsonl
mlv eval
echo $?
printf '{"key": "a", "race": "R"}\n' >data/f.jsonl
mlv eval
echo $?
rm data/f.jsonl
mlv eval
