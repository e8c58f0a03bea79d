# A metric along history: log, the first commit for which a rule holds, and where it last clearly fell.
git init -q && mlv init -q
export GIT_AUTHOR_DATE='2024-01-02T03:04:05Z' GIT_COMMITTER_DATE='2024-01-02T03:04:05Z'
cat >mlv.yaml <<'END'
evals:
  test: {predictions: p.csv, task: multiclass, columns: {label: y, pred: p}, metrics: [accuracy, error]}
slices: [{by: g}]
END
commit() { # NAME, RIGHT of 100 in g=a, RIGHT in g=b
	LC_ALL=C awk -v a="$2" -v b="$3" 'BEGIN {
		print "y,p,g"
		for (i = 0; i < 100; i++) print "0," (i < a ? 0 : 1) ",a\n0," (i < b ? 0 : 1) ",b"
	}' >p.csv
	mlv eval -q && git add -A && git commit -qm "$1" && git tag "$1"
}
git commit -qm empty --allow-empty && git tag empty
commit one 90 80
commit two 91 40
git commit -qm same --allow-empty
commit three 92 42
git rm -q --cached evals/test.json && git commit -qm gone
git add evals && git commit -qm back
commit four 60 44
git tag back four~1
ids() {
	sed "$(for t in one two three back four; do
		id=$(git rev-parse $t)
		printf 's/%s/<%s>/;s/%.10s/<%s>    /;' "$id" $t "$id" $t
	done)"
}
mlv metrics log accuracy | ids
mlv metrics log accuracy --slice g=b -n 2 three | ids
mlv metrics log error --slice g=b --json | ids | /usr/bin/python3 -c '
import json, sys
d = json.load(sys.stdin)
print(d["metric"], d["slice"], [(v["commit"][:6], v["value"], v["n"]) for v in d["versions"]])'
mlv metrics bisect 'slices[g=b].accuracy < 0.5' one four | ids
mlv metrics bisect 'worst(slices.g.accuracy) < 0.5' one three | ids
mlv metrics bisect 'slices[g=a].accuracy < 0.7' one four --json | ids | tr -d ' \n' && echo
mlv metrics blame accuracy --slice g=b | ids
mlv metrics blame accuracy --slice g=a | ids
mlv metrics blame accuracy three | ids
refused() { mlv metrics "$@" 2>&1; echo $?; }
refused blame accuracy --slice g=b one
refused blame accuracy --slice g=c
refused log f1
refused log accuracy empty
refused bisect 'overall.accuracy < 0.1' one four
refused bisect 'overall.accuracy < 0.9' one four
refused bisect 'overall.accuracy < 0.5' four three
refused bisect 'overall.accuracy drop < 0.5' one four
refused bisect 'overall.accuracy' one four
refused log accuracy --eval ../x
# A record that was damaged once is passed over.
echo '{}' >evals/test.json && git add -A && git commit -qm damaged
mlv metrics log accuracy -n 1 2>err | ids
sed 's/: [0-9a-f]*:/: COMMIT:/' err
