# What a stage makes is told with the stage alone: a file, a directory, what a pattern matches,
# in a folder, too; what no stage makes any more is told as data.
git init -q && mlv init -q
mkdir sub
cat >mlv.yaml <<'EOF'
stages:
  file: {cmd: echo 1 >f-1, outs: [f-1]}
  dir: {cmd: 'mkdir d && echo 1 >d/x', outs: [d]}
  many: {cmd: 'mkdir -p p/q && echo 1 >p/q/a.txt && echo 2 >p/q/b.txt', outs: ['p/*/*.txt']}
  last: {cmd: echo 1 >f, outs: [f]}
EOF
cat >sub/mlv.yaml <<'EOF'
stages:
  below: {cmd: echo 1 >f, outs: [f]}
EOF
mlv repro -q --all-pipelines
for made in f-1 d/x p/q/b.txt f sub/f; do echo 3 >"$made"; done
mlv status
sed '/last:/d' mlv.yaml >left && mv left mlv.yaml
mlv status
mlv stage list --name-only p/q/a.txt d/x sub/f
