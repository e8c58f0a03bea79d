# Rows that came, went or have another label are told, and only the others compared; so are slices defined anew.
git init -q && mlv init -q
printf 'id,y,p,g,x\na,u,u,1,1\nb,v,v,1,2\nc,u,v,2,3\nd,v,u,2,4\ne,u,u,3,5\n' >p.csv
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: multiclass, columns: {id: id, label: y, pred: p}, metrics: [accuracy], min_n: 0}
slices: [{by: g}, {by: x, bins: [0, 3, 6]}]
END
mlv eval -q && git add -A && git commit -qm one
printf 'id,y,p,g,x\nd,v,v,2,4\nb,v,v,1,2\nc,v,v,2,3\na,u,u,1,1\nf,u,v,4,1\n' >p.csv
sed -i 's/bins: \[0, 3, 6\]/bins: [0, 4, 6]/' mlv.yaml
mlv eval -q
# Of a to e, three were right; of d, b, c, a and f, four are: +0.2. On a, b and d, which both have, it was two of three and
# is three: +1/3 by the model; without c and e the old side has 2/3 instead of 3/5, with c and f the new one 4/5 instead of 1.
mlv metrics diff --all
mlv metrics diff --json | /usr/bin/python3 -c '
import json, sys
parts = json.load(sys.stdin)["evals/test.json"]["test_set"]["parts"]["accuracy"]
for name, want in { "diff": 1 / 5, "model": 1 / 3, "went": 2 / 3 - 3 / 5, "came": 4 / 5 - 1 }.items():
    assert abs(parts[name] - want) < 1e-12, (name, parts)
print(sorted(parts))'
echo
# A record that is not of its predictions is compared by what it says.
echo 'g,u,u,1,1' >>p.csv
mlv metrics diff
