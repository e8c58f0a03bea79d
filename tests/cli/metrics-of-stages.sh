# Metrics of all stages are known: of templates, of mlv.yaml files below the root, at any revision.
git init -q && mlv init -q
mkdir -p sub/deep
echo 'langs: [us, gb]' >params.yaml
cat >mlv.yaml <<'EOF'
vars: [{dir: eval}]
metrics: ["${dir}/top.json"]
stages:
  train:
    foreach: ${langs}
    do:
      cmd: mkdir -p out/${item} && echo '{"acc":0.'$(cat n)'}' >out/${item}/m.json
      deps: [n]
      metrics:
      - out/${item}/m.json: {cache: false}
  grid:
    matrix: {a: [1, 2]}
    cmd: echo '{"a":${item.a}}' >g${item.a}.json
    metrics: ["g${item.a}.json"]
EOF
cat >sub/mlv.yaml <<'EOF'
metrics: [own.json]
stages:
  test:
    wdir: deep
    cmd: echo '{"f1":1}' >t.json
    metrics: [t.json]
EOF
mkdir eval && echo '{"top":1}' >eval/top.json && echo '{"own":2}' >sub/own.json
echo 5 >n && mlv repro -q -P
mlv metrics show
git add -A && git commit -qm one && git ls-files '*.json'

echo "- a change, from the work tree and between commits; from a directory below"
echo 6 >n && mlv repro -q
mlv metrics diff
git commit -qam two
(cd sub && mlv metrics diff HEAD~1 HEAD --json) | /usr/bin/python3 -m json.tool --compact

echo "- what the cache has is not checked out"
rm g1.json sub/deep/t.json
mlv metrics show
mlv metrics show --rev HEAD~1 g1.json

echo "- and what it does not have"
id=$(sed -n '/path: g1.json/{n;s/ *sha256: //p;}' mlv.lock)
rm -f ".mlv/cache/objects/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-)"
mlv metrics show; echo "exit $?"

echo "- a file with a mistake is told, of a commit too, and the others' metrics are shown"
echo 'stages: {x: {}}' >sub/mlv.yaml && git commit -qam bad
mlv metrics diff HEAD~2; echo "exit $?"
mlv metrics show --rev HEAD sub/own.json
mlv metrics diff HEAD HEAD --all --no-path

echo "- a directory without metrics files is told"
mkdir d && echo 1 >d/x && printf 'stages: {s: {cmd: x, metrics: [d]}}' >mlv.yaml && rm sub/mlv.yaml
echo 'metrics: [own.json]' >sub/mlv.yaml
mlv metrics show; echo "exit $?"

echo "- without .mlv, the root's"
rm -rf .mlv d
printf 'metrics: ["${x}.json"]\nvars: [{x: eval/top}]\nstages: {s: {cmd: x, metrics: [g2.json]}}' >mlv.yaml
mlv metrics show; echo "exit $?"
