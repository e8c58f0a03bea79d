# A record that its inputs do not give is told, in the work tree and at a revision; tables may be tracked.
git init -q && mlv init -q
printf 'y,p\n0,0\n1,1\n1,0\n' >t.csv
printf 'evals:\n  e: {predictions: t.csv, task: multiclass, columns: {label: y, pred: p}, metrics: [accuracy]}\n' >mlv.yaml
mlv eval verify
echo $?
mlv add -q t.csv && mlv eval -q && git add -A && git commit -qm one
mlv eval verify
mlv eval verify --rev HEAD e
rm t.csv
mlv eval verify && echo read from the cache
mlv checkout -q
sed 's/"accuracy":{"by"/"accuracy":{"BY"/' evals/e.json >new && mv new evals/e.json
mlv eval verify
echo $?
mlv eval verify --rev HEAD
mlv eval verify --rev nosuch
echo $?
