# Parameters of all forms between revisions; lists as texts; --deps only what stages depend on.
git init -q && mlv init -q
mkdir sub src
cat >params.yaml <<'EOF'
train: {lr: 0.1, layers: [64, 32], opt: adam, deep: {a: 1}}
seed: 1
name: "1"
same: 5
none: null
größe: true
gone: x
EOF
echo '{"a": {"b": 1}, "l": [1, [2]]}' >p.json
printf '[model]\ndepth = 3\ntags = ["a", "b"]\n' >p.toml
printf 'LR = 0.1\nclass Train:\n    EPOCHS = 5\n' >src/conf.py
echo 'v: 1' >vars.yaml && echo 'x: 1' >sub/params.yaml && echo 'n: 1' >alone.yaml
cat >mlv.yaml <<'EOF'
vars: [vars.yaml]
params: [p.json]
stages:
  train:
    cmd: x ${v}
    params: [train.lr, train, "train.layers[0]", nowhere, p.toml: [model.depth], src/conf.py: [Train]]
  plain: {cmd: y, params: [alone.yaml: null]}
EOF
printf 'stages:\n  s:\n    foreach: [x]\n    do: {cmd: z, params: ["${item}"]}\n' >sub/mlv.yaml
mlv params diff; echo "exit $?"
git add -A && git commit -qm one && git tag one
mlv params diff; echo "exit $?"

echo "- changed, each form"
cat >params.yaml <<'EOF'
train: {lr: 0.01, layers: [64, 32, 16], opt: adam, deep: {}}
seed: 1.0
name: 1
same: 5
none: "null"
größe: false
new: "a|b"
ctrl: "a\nb"
empty: ""
EOF
echo '{"a": {"b": -2}, "l": [1, [3]]}' >p.json
printf '[model]\ndepth = 4\ntags = ["a"]\n' >p.toml
printf 'LR = 0.2\nclass Train:\n    EPOCHS = 6\n' >src/conf.py
echo 'v: 2' >vars.yaml && echo 'x: 2' >sub/params.yaml && echo 'n: 2' >alone.yaml
mlv params diff
mlv params diff --json | /usr/bin/python3 -m json.tool --compact --no-ensure-ascii
echo "- --deps"
mlv params diff --deps
mlv params diff --deps --targets alone.yaml --targets src/conf.py --no-path
git commit -qam two
echo "- revisions, targets, --all, --md"
mlv params diff
mlv params diff one HEAD --targets p.toml --md
(cd sub && mlv params diff one --targets params.yaml --targets ../p.json --all)
mlv params diff HEAD one --targets params.yaml --md --no-path

echo "- a file that is not there, or is none"
echo 'x = f()' >src/conf.py && echo '- 1' >p.json && rm p.toml && : >alone.yaml
mlv params diff; echo "exit $?"
mlv params diff --targets none.yaml; echo "exit $?"
mlv params diff --targets ../out.yaml; echo "exit $?"
mlv params diff nowhere; echo "exit $?"
printf '{"a.b": 1, "a": {"b": 2}}' >twice.json
mlv params diff --targets twice.json; echo "exit $?"

echo "- none are known"
git rm -qrf --cached . && rm -rf mlv.yaml params.yaml sub && echo 1 >f && git add f && git commit -qm none
mlv params diff; echo "exit $?"
mlv params diff --deps; echo "exit $?"

echo "- a git work tree is enough"
rm -rf .mlv
mlv params diff one HEAD~1 --targets vars.yaml
mlv params diff one HEAD~1 --deps
