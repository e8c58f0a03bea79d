# Rows are compared with each other also where a model guesses a class that nobody met, or a row is of a new one.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
evals:
  pets: {predictions: p.csv, task: multiclass, columns: {id: id, label: y, pred: p}, metrics: [accuracy, macro_f1]}
END
# The table of mlxtend's documentation of mcnemar_table(): y_target, y_model1, y_model2 give [[4, 2], [1, 3]].
table() {
	printf '%s\n' id,y,p "$@"
}
table 1,cat,cat 2,cat,dog 3,cat,cat 4,cat,cat 5,cat,cat 6,dog,dog 7,dog,dog 8,dog,cat 9,dog,cat 10,dog,cat >p.csv
mlv eval -q && mlv add -q p.csv && git add -A && git commit -qm one
table 1,cat,cat 2,cat,cat 3,cat,ape 4,cat,ape 5,cat,cat 6,dog,dog 7,dog,dog 8,dog,ape 9,dog,ape 10,dog,ape >p.csv
mlv eval -q
mlv metrics diff
echo
# A label that was not there before: its row is another, and those of old classes keep their names.
table 1,cat,cat 2,cat,cat 3,cat,ape 4,cat,ape 5,cat,cat 6,dog,dog 7,dog,dog 8,bee,ape 9,dog,ape 10,dog,ape >p.csv
mlv eval -q
mlv metrics diff | head -3
