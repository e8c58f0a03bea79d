# Directories and patterns in the lists of metrics: in the work tree, in git's objects, in the cache.
git init -q && mlv init -q
mkdir -p metrics/deep other/a other/b
printf '{"acc":0.5}' >metrics/one.json
printf 'acc: 0.25\n' >metrics/deep/two.yaml
printf 'f1 = 0.5\n' >metrics/three.toml
echo '{"no":1}' >metrics/.hidden.json && echo text >metrics/notes.txt && ln -s one.json metrics/link.json
printf '{"a":1}' >other/a/m.json && printf '{"b":1}' >other/b/m.json && printf '{"b":1}' >other/b/n.json
printf '{"lit":1}' >'x[1].json'
cat >mlv.yaml <<'END'
metrics: [metrics, "other/*/m.json", "x[1].json", "none/*.json"]
stages:
  make:
    cmd: mkdir -p out && echo '{"made":1}' >out/1.json && echo '{"made":2}' >out/2.json && echo x >out/x.bin
    metrics: [out]
END
mlv repro -q -P
mlv metrics list --json | /usr/bin/python3 -c '
import json, sys
for found in json.load(sys.stdin):
    print(found["path"], "is a pattern" if found["pattern"] else "")'
mlv metrics show
git add -A && git commit -qm one
echo "- a pattern's asterisk does not cross a directory, two do"
mlv metrics show 'metrics/*' && mlv metrics show 'metrics/**'
echo "- at a revision, with another list, other files, and what only the cache has"
rm -r metrics/deep out && printf '{"acc":0.75}' >metrics/one.json && printf '{"acc":1}' >metrics/new.json
mlv metrics show --rev HEAD && mlv metrics diff
git add -A && git commit -qm two && git rm -qr metrics && git commit -qm three
mlv metrics diff HEAD~2 HEAD~1 --json | /usr/bin/python3 -c 'import json, sys; print(*json.load(sys.stdin))'
mlv metrics show --rev HEAD~1 -R metrics
mlv metrics diff HEAD~2 HEAD~1 -R --targets metrics
mlv metrics show -A | LC_ALL=C awk '$2 ~ /^metrics/ { print $2, $3, $4 }' | LC_ALL=C sort | uniq -c
echo "- from below the root, and without .mlv"
(cd other && mlv metrics show -R a)
cp -r . ../plain && cd ../plain && rm -rf .mlv mlv.lock && mlv metrics show; echo "exit $?"
cd "$OLDPWD" || exit
echo "- a manifest that the cache does not have"
rm -rf .mlv/cache/nodes .mlv/cache/packs && mlv metrics show; echo "exit $?"
echo "- a link that leads out is not followed"
mkdir ../away && echo '{"secret":1}' >../away/s.json && ln -s ../away metrics
mlv metrics show; echo "exit $?"
