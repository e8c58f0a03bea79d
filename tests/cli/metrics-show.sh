# The files of mlv.yaml, its stages' too; each tag with -T.
git init -q
printf 'metrics: [top.json]\nstages:\n  eval:\n    cmd: x\n    wdir: out\n    metrics:\n    - s.json:\n        cache: false\n' >mlv.yaml
mkdir out .mlv && : >.mlv/config
echo '{"a": {"b": 1}}' >top.json
echo '{"c": 123456.789, "small": 0.00000123, "ok": true}' >out/s.json
git add -A && git commit -qm one && git tag v1
mlv metrics show
echo '{"a": {"b": 2}}' >top.json
mlv metrics show -T top.json
mlv metrics show --json top.json
