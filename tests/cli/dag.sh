# mlv dag: a drawing, and the same graph in other forms; what a target needs.
git init -q && mlv init -q
mkdir raw sub && echo 1 >raw/a && mlv add -q raw
cat >mlv.yaml <<'END'
stages:
  prep: {cmd: c, deps: [raw/a], outs: [clean, "odd \"name"]}
  train:
    foreach: [us, gb]
    do: {cmd: c, deps: [clean/x], outs: ["model-${item}"]}
  eval: {cmd: c, deps: [model-us, model-gb, clean], metrics: [m.json]}
  other: {cmd: c, outs: [o]}
END
printf 'stages:\n  report: {cmd: c, deps: [../m.json]}\n' >sub/mlv.yaml
for how in '' --dot --mermaid --md -o --collapse-foreach-matrix 'train@us' '--full train@us' '-o eval' 'o model-gb' --json; do
	echo "# $how"
	mlv dag $how
done
echo '# what cannot be'
mlv dag nope
mlv dag --dot --md
echo '# deep, many ways: the drawing stays as large as the graph'
/usr/bin/python3 -c '
print("stages:")
for i in range(40):
    for side in "ab": print("  s%02d%s: {cmd: c, deps: [%s], outs: [o%d%s]}" % (i, side, "" if i == 0 else "o%da, o%db" % (i - 1, i - 1), i, side))' >mlv.yaml
mlv dag | wc -l
echo '# what mlv.lock says that stages made is no data beside them'
cat >mlv.yaml <<'END'
stages:
  prep: {cmd: cp raw/a clean, deps: [raw/a], outs: [clean]}
  train: {cmd: cp clean model, deps: [clean], outs: [model]}
END
mlv repro -q >repro.out && mlv dag && mlv dag -o
