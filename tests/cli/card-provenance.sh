# What numbers of a card were made from is named by content, so that a card that is committed with them stays true.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
stages:
  train: {cmd: "echo weights >model.bin", outs: [model.bin]}
evals:
  test:
    predictions: out/p.csv
    task: binary
    columns: {id: id, label: y, score: s, fold: f}
    join: {path: x.csv, on: id}
    model: model.bin
    metrics: [accuracy]
cv:
  halves: {data: data.csv, scheme: kfold, k: 2, id: id, eval: test}
slices: [{by: g}]
END
mkdir out
LC_ALL=C awk 'BEGIN { print "id,y,s,f" >"out/p.csv"; print "id,g" >"x.csv"; print "id" >"data.csv"
	for (i = 0; i < 40; i++) { print i "," i % 2 "," (i % 5 ? i % 2 : 0.5) "," int(i / 20) >"out/p.csv"; print i "," i % 4 >"x.csv"; print i >"data.csv" } }'
mlv repro -q 2>&1 | grep -v 'mlv.lock' ; mlv add -q out && mlv eval -q 2>&1
mlv card build
sed -n '/begin provenance/,/end/p' MODEL_CARD.md
sha256sum model.bin | cut -c-16
git add -A && git commit -qm one && mlv card check 2>&1 | grep -c 'the block'
echo "--- another model, the same predictions"
echo other >model.bin && mlv commit -qf 2>&1
mlv card check 2>&1 | grep block
mlv card build -q && sed -n '/begin provenance/,/end/p' MODEL_CARD.md | grep -A1 model
echo "--- another threshold"
sed -i 's/    model: /    threshold: 0.6\n&/' mlv.yaml && mlv card check 2>&1 | grep block
sed -i 's/model: model.bin/model: ..\/model.bin/' mlv.yaml && mlv eval || echo "$?"
