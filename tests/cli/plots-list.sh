# The files that mlv.yaml files and their stages name as plots and metrics, with who names them; also of a commit.
git init -q && mlv init -q && mkdir sub
export GIT_AUTHOR_DATE="1700000000 +0000" GIT_COMMITTER_DATE="1700000000 +0000"
echo "- without any"; mlv plots list; mlv --json plots list; mlv metrics list
cat >mlv.yaml <<'END'
metrics: [top.json]
plots:
- curves.csv
- roc: {x: fpr, y: {roc.csv: tpr, old.csv: tpr}}
stages:
  train:
    foreach: [us, gb]
    do:
      cmd: train ${item}
      metrics: ["m-${item}.json"]
      plots:
      - loss-${item}.csv: {x: epoch, y: [loss, acc], title: "Loss ${item}", header: false, cache: false}
  draw: {cmd: draw, plots: ["pictures/*.png"], outs: [o]}
END
printf 'stages:\n  s: {cmd: c, wdir: deep, plots: [p.json], metrics: [m.yaml]}\n' >sub/mlv.yaml
echo "- as lines"; mlv plots list; mlv metrics list
echo "- as JSON"; mlv --json plots list; mlv --json metrics list
echo "- of a commit"; git add -A && git commit -qm one && rm mlv.yaml && mlv plots list && mlv plots list --rev HEAD | tail -n +2 | wc -l
echo "- what cannot be"; mlv plots list --rev nope; echo "status $?"; mlv plots; echo "status $?"; mlv plots list x; echo "status $?"
echo "- a file with a mistake"; echo 'stages: 3' >mlv.yaml; mlv plots list; echo "status $?"
