# A command that fails leaves JSON that can be parsed on stdout: what it opened is closed.
git init -q && git config user.name N && git config user.email n@example.org
mlv init -q
printf 'id,y,s\n1,0,0.25\n2,1,0.75\n' >p.csv
cat >mlv.yaml <<'END'
evals:
  e: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy]}
END
mlv eval -q && git add . && git commit -qm 1
mlv metrics log --json f1 >log.json
echo "$?"
python3 -c 'import json; print(json.load(open("log.json"))["slice"])'
mlv fairness --json
