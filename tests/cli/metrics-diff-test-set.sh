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
mlv metrics diff --all
echo
# A record that is not of its predictions is compared by what it says.
echo 'g,u,u,1,1' >>p.csv
mlv metrics diff
