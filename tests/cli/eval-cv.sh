# The record of a cross-validation says how rows were split, names its folds by digest, and sums them up; verify notices other folds.
git init -q && mlv init -q
LC_ALL=C awk 'BEGIN { print "id,y,x,g"; for (i = 0; i < 60; i++) print "r" i "," i * 7 % 5 % 2 "," i * 13 % 10 "," i % 9 }' >d.csv
spec() { # the entry of cv, the columns of the evaluation
	cat >mlv.yaml <<END
cv:
  c: {data: d.csv, $1, out: p.csv, deps: [p.sh], cmd: 'sh p.sh {test} {preds}'}
evals:
  c: {predictions: p.csv, task: binary, columns: {$2label: y, score: s, fold: fold}, metrics: [accuracy, auc, precision]}
slices: [{by: label}]
END
}
cat >p.sh <<'END'
LC_ALL=C awk -F, -v OFS=, 'NR == 1 { print "id,y,s"; next } { n = substr($1, 2); print $1, $2, (n * n % 7 + $2 * 4) / 11 }' "$1" >"$2"
END
cat >check.py <<'END'
import functools, hashlib, json, math, re, subprocess, sys
plain = lambda values: functools.reduce(lambda a, b: a + b, values)
record = json.load(open("evals/c.json"))
cv = record["cv"]
text = subprocess.run(["mlv", "cv", "split", "-o", "-"], capture_output=True, check=True).stdout
assert cv["folds"] == "sha256:" + hashlib.sha256(text).hexdigest()
sizes = [re.match(r"(\S+): (\d+) train, (\d+) test", line).groups() for line in
         subprocess.run(["mlv", "cv", "split", "-n"], capture_output=True, check=True, text=True).stdout.splitlines()[1:]]
assert cv["n_train"] == [int(s[1]) for s in sizes] and cv["n_test"] == [int(s[2]) for s in sizes]
assert [f["n"] for f in record["slices"][0]["folds"]] == cv["n_test"]
assert [f["fold"] for f in record["slices"][0]["folds"]] == [s[0] for s in sizes]
ratio = sum(cv["n_test"]) / sum(cv["n_train"])
report = json.loads(subprocess.run(["mlv", "cv", "report", "--json"], capture_output=True, check=True).stdout)
for metric, found in cv["summary"].items():
    v = [f["m"][metric]["v"] for f in record["slices"][0]["folds"] if f["m"][metric]["v"] is not None]
    mean = plain(v) / len(v)
    assert found["n"] == len(v) and found["mean"] == mean and found["min"] == min(v) and found["max"] == max(v)
    assert found["pooled"] == record["slices"][0]["m"][metric]["v"]
    sd = math.sqrt(sum((x - mean) ** 2 for x in v) / (len(v) - 1))
    # Nadeau and Bengio, Machine Learning 52, 2003.
    error = sd * math.sqrt(1 / len(v) + ratio)
    assert math.isclose(found["sd"], sd, rel_tol=1e-12, abs_tol=1e-15) and math.isclose(found["se_nb"], error, rel_tol=1e-12, abs_tol=1e-15)
    assert math.isclose(sum(found["ci_nb"]) / 2, mean, rel_tol=1e-9)
    if len(v) == 3:  # Student with two degrees of freedom: 0.975 is at 0.95 * sqrt(2 / (1 - 0.95^2))
        assert math.isclose(found["ci_nb"][1] - mean, error * 0.95 * math.sqrt(2 / (1 - 0.95 ** 2)), rel_tol=1e-8)
    assert report[metric]["mean"] == mean and math.isclose(report[metric]["se_corrected"], error, rel_tol=1e-12, abs_tol=1e-15)
print(*(k + "=" + str(v) for k, v in cv.items() if k not in ("summary", "folds", "n_test", "n_train")))
END
one() { mlv cv run -q >/dev/null && mlv eval -q && /usr/bin/python3 check.py; }
spec 'scheme: kfold, k: 3, id: id' 'id: id, ' && one
sed -n '/^"cv":/,/^},/p' evals/c.json
spec 'scheme: stratified, k: 3, seed: 4, label: y' '' && one
spec 'scheme: stratified, k: 2, repeats: 3, seed: 4, id: id, label: y' 'id: id, ' && one
spec 'scheme: group, k: 4, id: id, group: g' 'id: id, ' && one
spec 'scheme: shuffle, k: 4, seed: 1, test: 0.2, train: 30, id: id' 'id: id, ' && one
spec 'scheme: time, k: 3, test: 10, gap: 2, max_train: 20, time: x, id: id' 'id: id, ' && one
spec 'scheme: hash, k: 3, seed: 9, id: id' 'id: id, ' && one

echo '--- the folds of another time are noticed, and what was made from them'
mlv eval verify c
cp evals/c.json kept.json
sed -i 's/seed: 9/seed: 10/' mlv.yaml && mlv eval verify c
echo $?
mlv eval -q && grep -c '^"cv"' evals/c.json
grep other-folds evals/c.json
mlv eval verify c
mlv cv run -q >/dev/null && mlv eval verify c
echo $?
sed -i 's/seed: 10/seed: 9/' mlv.yaml && mlv cv run -q >/dev/null && mlv eval -q && cmp evals/c.json kept.json && echo 'the same bytes'
# A row more that trains only in name: it is in no prediction.
echo r60,1,5,1 >>d.csv && mlv eval verify c
echo $?
mlv cv report
echo $?
sed -i '$d' d.csv
sed -i 's/seed: 9/seed: 10/' mlv.yaml && mlv eval -q && mlv cv report
echo $?
sed -i 's/seed: 10/seed: 9/' mlv.yaml && mlv eval -q
# Other columns of the table are not of its folds.
sed -i 's/,g$/,group/; s/\(r5,.*\),5$/\1,77/' d.csv && mlv eval verify c

echo '--- without the table'
mv d.csv gone.csv && mlv eval c
echo $?
mlv cv report | head -1
mlv eval verify c
echo $?
cmp evals/c.json kept.json && mv gone.csv d.csv
echo '--- two of one evaluation; none of it'
sed -i "s/^evals:/  d: {data: d.csv, scheme: kfold, eval: c}\\nevals:/" mlv.yaml && mlv eval c
echo $?
sed -i 's/, eval: c}/, eval: other}/' mlv.yaml && mlv eval verify c
sed -i 's/, fold: fold//; s/, repeats.*seed/, seed/' mlv.yaml && LC_ALL=C awk -F, -v OFS=, '!seen[$1]++' p.csv >q.csv && mv q.csv p.csv && mlv eval -q && grep -c '^"cv"' evals/c.json

echo '--- shards: byte for byte the record of one run, however they come'
spec 'scheme: stratified, k: 2, repeats: 2, seed: 4, id: id, label: y' 'id: id, ' && one && cp evals/c.json whole.json
for i in 1 2 3; do
	LC_ALL=C awk -v i=$i 'NR == 1 || NR % 3 == i - 1' p.csv >s$i.csv
	mlv eval -q --partial --shard $i/3 --predictions s$i.csv >/dev/null
done
mv p.csv gone && rm evals/c.json && mlv eval merge -q c.3of3.partial c.1of3.partial c.2of3.partial >/dev/null && cmp evals/c.json whole.json && echo same
mv d.csv gone2 && mlv eval merge -q c.3of3.partial c.1of3.partial c.2of3.partial
echo $?
