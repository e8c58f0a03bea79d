# A record that does not lie in evals/ is compared by the rows of the evaluation whose name it has, while they are its.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
metrics: [results/best.json]
evals:
  e: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy]}
END
rows() { LC_ALL=C awk -v wrong="$1" 'BEGIN { print "id,y,s"; for (i = 0; i < 200; i++) { y = i % 2; print "r" i "," y "," ((i * 37 % 100 >= wrong) == y ? 0.75 : 0.25) } }'; }
mkdir results
rows 10 >p.csv && mlv eval -q && cp evals/e.json results/best.json && git add -A && git commit -qm one
rows 12 >p.csv && mlv eval -q && cp evals/e.json results/best.json
mlv metrics diff --targets results/best.json
echo '--- of older rows than those that are there: without them, which only -v tells'
rows 15 >p.csv && mlv eval -q
mlv metrics diff -v --targets results/best.json 2>&1 | grep -v '^mlv: read'
mlv metrics diff --targets results/best.json | head -1
echo '--- of an evaluation that mlv.yaml does not have'
sed -i 's/"name":"e"/"name":"f"/' results/best.json
mlv metrics diff --targets results/best.json | head -1
