# matrix: every combination, in order; composite values are named by their axis; what is wrong.
git init -q && mlv init -q
printf 'names: [us, gb]\nlr: 1\nmap: {a: 1}\n' >params.yaml
try() {
	cat >mlv.yaml
	mlv stage list --fail --json >out 2>/dev/null || { mlv stage list --fail; return; }
	/usr/bin/python3 -c 'import json; [print(s["name"], s["group"], s["cmd"], s["outs"]) for s in json.load(open("out"))]'
}
try <<'END'
stages:
  train:
    matrix:
      where: ${names}
      size: [1, 0.5]
      deep: [{n: 3}, [4, 5]]
    cmd: train ${item.where} ${item.size} ${key}
    outs: ["out/${key}"]
  none: {matrix: {a: [], b: [1]}, cmd: x}
END
for bad in '[1]' '{}' '{a: 1}' '{a: "${lr}"}' '{a: "${map}"}' '{a: "${nope}"}' '{a: {b: 1}}'; do
	printf 'stages:\n  s:\n    matrix: %s\n    cmd: x\n' "$bad" | try
done
try <<'END'
stages:
  s: {foreach: [1], matrix: {a: [1]}, do: {cmd: x}}
END
echo '# more than there may be'
/usr/bin/python3 -c 'print("stages:\n  s:\n    cmd: x\n    matrix:", {c: list(range(10)) for c in "abcdefghijklmnopqrstuvw"})' | tr "'" '"' | try 2>&1 | head -n 1
