# {file: {metric: {old, new, diff}}}, nothing lost of a list; YAML as well as JSON.
git init -q
printf 'a: 1\nname: first\ngone: 2\n' >m.yaml
git add -A && git commit -qm one
printf 'a: 1.5\nname: second\nfolds: [1, 2]\n' >m.yaml
mlv metrics diff --json --targets m.yaml | /usr/bin/python3 -m json.tool --compact
