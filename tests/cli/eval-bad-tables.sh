# What a table may not be: each is refused with file and line, and no record is written.
mlv init -q --no-scm
try() {
	cat >"t.$1"
	cat >mlv.yaml <<END
evals:
  e: {predictions: t.$1, task: ${2:-binary}, columns: ${3:-"{id: id, label: y, score: s}"}, metrics: [${4:-accuracy, brier}]}
slices: [{by: g, bins: [0, 1]}]
END
	mlv eval 2>&1
	echo "$?"
}
try csv <<'END'
id,y,s,g
1,0,0.5,1
2,1,0.5
END
printf 'id,y,s,g\r\n1,0,0.5,1\r\n2,1,1.5,1\r\n' | try csv
printf 'id,y,s,g\n1,0,0.5,1\n2,1,nan,1\n' | try csv
printf 'id,y,s,g\n1,0,0.5,1\n2,1,1e999,1\n' | try csv
printf 'id,y,s,g\n1,0,0.5,1\n2,,0.5,1\n' | try csv
printf 'id,y,s,g\n1,0,0.5,1\n2,2,0.5,1\n3,1,0.5,1\n' | try csv
printf 'id,y,s,g\n1,yes,0.5,1\n2,no,0.5,1\n' | try csv
printf 'id,y,s,g\n1,0,0.5,1\n\n1,1,0.5,1\n' | try csv
printf 'id,y,s,g\n1,0,0.5,old\n' | try csv
printf 'id,y,s\n1,0,0.5\n' | try csv
printf 'id,y,s,g\n' | try csv
printf 'id,y,s,g\n1,0,0.5,1\n2,1,\0,1\n' | try csv
printf 'id,y,s,g\n1,0,0.5,1\n' | gzip -n | head -c 30 | try csv.gz
printf 'PAR1' | try parquet
printf 'y,p,w,g\n1,2,-1,0\n' | try csv regression '{label: y, pred: p, weight: w}' mae
ls
# More of the same, one a line: what a row, a field and a number may not be, and files that are no tables.
printf 'id,y,s,g\n1,0,0.5,1\n2,1,0.5,1,1\n' | try csv
printf 'id,y,s,g\n1,0,0.5,a"b\n' | try csv
printf 'id,y,s,g\n1,0,0.5,1\n2,0,0.5,"1"b\n' | try csv
printf 'id,y,s,g\n1,0,0.5,"1\n2,0,0.5,1\n' | try csv
printf 'id,y,s,g\n1,0,-0.1,1\n' | try csv
printf 'id,z,s,g\n1,0,0.5,1\n' | try csv
printf 'y,p,w,g\n1,inf,1,0\n' | try csv regression '{label: y, pred: p}' mae
printf 'y,p,w,g\n-Infinity,1,1,0\n' | try csv regression '{label: y, pred: p}' mae
printf 'y,p,w,g\n1,1,1e308e,0\n' | try csv regression '{label: y, pred: p, weight: w}' mae
printf '{"id":1,"y":0,"s":0.5,"g":1}\n{"id":2,"y":1,"s":0.5,"g":[1]}\n' | try jsonl
printf '{"id":1,"y":0,"s":0.5,"g":1}\n[2]\n' | try jsonl
printf '{"id":1,"y":0,"s":0.5,"g":1}\n\n{"id":' | try jsonl
printf '\223NUMPY' | try npy
printf 'PK' | try npz
printf 'PAR1\025\004\025' | try csv
printf '\223NUMPY\001\000v\000' | try csv
printf 'PK\003\004' | gzip -n | try tsv.gz
