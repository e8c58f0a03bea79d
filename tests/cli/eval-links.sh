# Tables, records and mlv.yaml are read in the work tree alone: a link leads into the cache or is refused.
mlv init -q --no-scm
printf 'y,p\n0,0\n1,1\n' >"$HOME/outside.csv"
cat >mlv.yaml <<'END'
evals:
  e: {predictions: t.csv, task: multiclass, columns: {label: y, pred: p}, metrics: [accuracy]}
END
ln -s "$HOME/outside.csv" t.csv
mlv eval 2>&1
echo $?
ln -sfn real.csv t.csv && cp "$HOME/outside.csv" real.csv
mlv eval 2>&1
echo $?
# A directory that is a link, and a link into the cache that climbs out of it.
mkdir "$HOME/dir" && cp "$HOME/outside.csv" "$HOME/dir/t.csv"
ln -s "$HOME/dir" d && sed -i 's,t.csv,d/t.csv,' mlv.yaml
mlv eval 2>&1
echo $?
sed -i 's,d/t.csv,t.csv,' mlv.yaml
mlv config cache.type symlink
rm t.csv && cp real.csv t.csv && mlv add -q t.csv
test -L t.csv && mlv eval
cp -P t.csv linked && ln -sfn "$PWD/.mlv/cache/../../real.csv" t.csv
mlv eval 2>&1
echo $?
mv linked t.csv
# Neither the record nor what says what is evaluated may be a link.
mv mlv.yaml "$HOME/m.yaml" && ln -s "$HOME/m.yaml" mlv.yaml
mlv eval 2>&1
echo $?
rm mlv.yaml && mv "$HOME/m.yaml" mlv.yaml
mv evals/e.json "$HOME/e.json" && ln -s "$HOME/e.json" evals/e.json
mlv metrics show 2>&1
echo $?
