# What a gate cannot be held against is no pass: its own exit status each.
git init -q && mlv init -q
printf 'id,y,p,x\na,u,u,1\nb,v,v,2\nc,u,v,3\nd,v,v,4\n' >p.csv
yaml() {
	cat >mlv.yaml <<END
evals:
  e: {predictions: p.csv, task: multiclass, columns: {id: id, label: y, pred: p}, metrics: [accuracy], min_n: 0}
slices: [{by: x, bins: [0, $1, 9]}]
gates:
  one: {base: HEAD, rules: ["slices.x.accuracy drop < $2"]}
END
}
git commit -q --allow-empty -m none
yaml 2 0.1
mlv gate
echo "$? without a record"
mlv eval -q
mlv gate
echo "$? without a record in the base"
git add -A && git commit -qm one
mlv gate
echo "$?"
yaml 3 0.1 && mlv eval -q
mlv gate
echo "$? for slices that were defined anew"
yaml 3 much
mlv gate
echo "$?"
sed 's/slices.x.accuracy drop < much/accuracy >= 0.8/' mlv.yaml >rules.yaml
mlv gate --policy rules.yaml
echo "$? for a metric of nothing"
sed 's/slices.x.accuracy drop < much/overall.f1_score >= 0.8/' mlv.yaml >rules.yaml
mlv gate --policy rules.yaml
echo "$? for a metric of another name"
rm rules.yaml
sed -i 's/base: HEAD, //; s/much/1/' mlv.yaml
mlv gate
echo "$? without a base"
sed -i 's/gates:/gatess:/' mlv.yaml
mlv gate
echo "$? without gates"
sed -i 's/gatess:/gates:/; s/rules: .*/rules: [{metric: accuracy, min: 1}]}/' mlv.yaml
mlv gate
echo "$? for a rule that is no text"
