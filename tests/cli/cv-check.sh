# Leaks between what trains and what tests: ids, rows, groups, time; and what a split lacks.
git init -q && mlv init -q
cat >d.csv <<'END'
id,y,g,t,x
a,0,1,2024-01-01,1
b,0,1,2024-01-02,1.0
c,1,2,2024-01-03,Foo  bar
d,1,2,2024-01-03,foo bar
e,0,3,2023-01-01,7
e,1,3,2023-01-05,7
g,1,4,2025-01-01,"a,""b"
h,0,4,2025-01-02,8
i,0,4,2025-01-02,8
j,1,5,2025-01-03,9
k,0,5,2025-01-03,9
END
cat >mlv.yaml <<'END'
cv:
  plain: {data: d.csv, scheme: kfold, k: 5, seed: 1, id: id, label: y, group: g, time: t}
  group: {data: d.csv, scheme: group, k: 2, id: id, label: y, group: g}
  time: {data: d.csv, scheme: time, k: 2, time: t}
  hash: {data: d.csv, scheme: hash, k: 30, id: id}
  given: {data: d.csv, scheme: predefined, fold: x}
END
mlv cv check plain
echo $?
mlv cv check group
echo $?
mlv cv check time
echo $?
mlv cv check plain --json
mlv cv split group -q && git add -A && git commit -qm one
echo 'l,1,6,2025-01-04,10' >>d.csv
mlv cv check group
echo $?
mlv cv check group --rev HEAD
mlv cv check given 2>&1 | head -2
