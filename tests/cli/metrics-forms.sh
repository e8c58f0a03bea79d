# JSON, YAML and TOML: nested keys with dots, sorted; what is as it was is hidden but with --all; as many digits as are asked for.
git init -q
echo '{"z": 1, "b": {"c": 0.123456789, "a": [1, 2]}, "same": 5, "name": "x"}' >m.json; printf 'deep:\n  er: {one: 1}\nflag: true\n' >m.yaml; printf 'top = 1\n[t]\nv = 0.5\n[t.u]\nw = 3\n' >m.toml
git add . && git commit -qm 1
echo '{"z": 2, "b": {"c": 0.223456789, "a": [1, 3]}, "same": 5, "name": "y"}' >m.json; printf 'deep:\n  er: {one: 1.5}\nflag: false\n' >m.yaml; printf 'top = 1\n[t]\nv = 0.75\n[t.u]\nw = 2\n' >m.toml
all="--targets m.json --targets m.yaml --targets m.toml"
mlv metrics diff $all; echo "== all"; mlv metrics diff --all $all; echo "== digits"; mlv metrics diff --precision 3 --no-path --targets m.json; mlv metrics show m.toml --json; mlv metrics show m.toml m.yaml
echo "== JSON"; mlv metrics diff --json $all | /usr/bin/python3 -m json.tool --compact
echo "== a file that neither side has, and one of no form"; echo x >m.txt; mlv metrics diff --targets none.json; echo "status $?"; mlv metrics diff --targets m.txt; echo "status $?"
