# Folds as scikit-learn makes them, and those of hashes, which rows that are added do not move.
mlv init -q --no-scm
{
	echo 'id,y,g,t'
	for i in 0 1 2 3 4 5 6 7 8 9; do echo "r$i,$((i % 3 > 1)),g$((i / 2)),2024-01-0$((9 - i % 9))"; done
} >d.csv
cat >mlv.yaml <<'END'
cv:
  strat: {data: d.csv, scheme: stratified, k: 3, seed: 7, label: y, id: id}
  twice: {data: d.csv, scheme: kfold, k: 2, repeats: 2, seed: 0}
  group: {data: d.csv, scheme: group, k: 2, group: g}
  shuffle: {data: d.csv, scheme: shuffle, k: 2, test: 0.2, train: 3, seed: 1}
  time: {data: d.csv, scheme: time, k: 2, time: t, gap: 1, max_train: 2}
  hash: {data: d.csv, scheme: hash, k: 4, seed: 7, id: id}
END
for name in strat twice group shuffle time; do
	mlv cv split $name
	cat folds/$name.csv
done
mlv cv split hash -o before.csv
for id in r0 r5 r9; do
	printf '%s,%s\n' "$id" $((0x$(printf 7:%s "$id" | sha256sum | cut -c14-16) % 4))
done | while read -r line; do grep -c "^$line\$" before.csv; done
{ sed 1q d.csv; echo 'new,1,"g ""9"", too",2025-01-01'; sed 1d d.csv; } >e.csv && mv e.csv d.csv
mlv cv split hash -o - | grep -v '^new' | cmp - before.csv && echo 'no row moved'
mlv cv split hash -n --json
mlv cv split twice -n
ls
gzip -n <d.csv >d.csv.gz && sed -i 's/d\.csv/d.csv.gz/' mlv.yaml
mlv cv split hash -o - | tail -1
printf '{"id": %s, "y": true, "x": null}\n' 1 2.5 '"a"' 4 >d.jsonl && sed -i 's/d\.csv\.gz/d.jsonl/' mlv.yaml
mlv cv split hash -q -o sub/of/folds.csv && cat sub/of/folds.csv
