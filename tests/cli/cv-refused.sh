# What an entry of cv may not say, and tables that cannot be split: each error names line or file.
mlv init -q --no-scm
printf 'id,y,g\n1,0,a\n2,1,a\n3,0,b\n4,,b\n' >d.csv
try() {
	printf 'cv:\n  c: {data: d.csv, %s}\n' "$1" >mlv.yaml
	mlv cv split 2>&1
	echo "$?"
}
try 'scheme: stratifed, label: y'
try 'scheme: [kfold]'
try 'scheme: stratified'
try 'scheme: kfold, kk: 3'
try 'scheme: kfold, k: 2.5'
try 'scheme: kfold, k: 1'
try 'scheme: kfold, k: 5'
try 'scheme: kfold, k: 2, repeats: 2'
try 'scheme: kfold, k: 2, repeats: 600, seed: 1'
try 'scheme: kfold, k: 2, test: 0.5'
try 'scheme: group, group: g, k: 2, seed: 1'
try 'scheme: group, group: g, k: 3'
try 'scheme: group, group: h, k: 2'
try 'scheme: stratified, label: y, k: 2'
try 'scheme: stratified, label: g, k: 3'
try 'scheme: shuffle, k: 2, test: 0.9, train: 0.2'
try 'scheme: shuffle, k: 2, test: 1.5'
try 'scheme: stratified-shuffle, k: 2, label: id, test: 1'
try 'scheme: time, k: 4'
try 'scheme: time, k: 2, test: 0.5'
try 'scheme: time, k: 2, gap: 2'
try 'scheme: predefined, fold: y, k: 3'
try 'scheme: kfold, k: 2, seed: 4294967296'
try 'scheme: kfold, k: 2, out: ../x.csv'
try 'scheme: kfold, k: 2, cmd: python3 train.py'
try 'scheme: kfold, k: 2, deps: [/etc/passwd]'
try 'scheme: stratified, label: g, k: 2' | tail -1
printf 'cv:\n  c: {data: nosuch.csv, scheme: kfold}\n  d: {data: d.csv, scheme: kfold}\n' >mlv.yaml
mlv cv split 2>&1
mlv cv split c 2>&1
echo "$?"
mlv cv split e 2>&1
echo "$?"
mlv cv check c -o x 2>&1 | head -1
printf 'id,y\n1,0,3\n' >d.csv
mlv cv split d 2>&1
printf 'id\n' >d.csv
mlv cv check d 2>&1
: >d.csv
mlv cv check d 2>&1
ln -s /nonexistent out
printf 'id\n1\n2\n3\n4\n5\n' >d.csv
mlv cv split d -o out/x/folds.csv 2>&1
mlv cv split d -o ../folds.csv 2>&1
printf 'a: 1\n' >mlv.yaml
mlv cv split 2>&1
echo "$?"
