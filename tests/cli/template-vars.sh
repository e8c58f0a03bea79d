# Variables: params.yaml, files, keys of files, maps, of the stage alone; what is set twice.
git init -q && mlv init -q
mkdir sub
printf 'lr: 0.1\nmodel: {depth: 3}\n' >params.yaml
printf 'a: 1\nb: {c: 2}\nmodel: {width: 4}\n' >one.yaml
printf '{"x": 5, "y": {"z": 6}}' >two.json
printf 'local: 8\n' >sub/local.yaml
try() {
	cat >mlv.yaml
	mlv stage list --fail --json >out 2>/dev/null || { mlv stage list --fail; return; }
	/usr/bin/python3 -c 'import json; [print(s["name"], s["cmd"]) for s in json.load(open("out"))]'
}
echo '# merged'
try <<'END'
vars: [one.yaml, "two.json:x,y", {b: {d: 9}, own: mine}]
stages:
  s: {cmd: "${lr} ${model.depth} ${model.width} ${a} ${b.c} ${b.d} ${x} ${y.z} ${own}"}
  t:
    vars: [local.yaml, {own2: 10}]
    wdir: sub
    cmd: ${local} ${own2} ${own}
END
echo '# params.yaml may be named'
try <<'END'
vars: [params.yaml]
stages:
  s: {cmd: "x ${lr}"}
END
echo '# those of a stage are its own'
try <<'END'
stages:
  s: {vars: [{v: 1}], cmd: "x ${v}"}
  t: {vars: [{v: 2}], cmd: "x ${v}"}
  u: {cmd: "x ${v}"}
END
echo '# what is wrong'
try <<'END'
vars: [{lr: 1}]
END
try <<'END'
vars: [one.yaml, {model: {width: 5}}]
END
try <<'END'
vars: [{model: 1}]
END
try <<'END'
stages:
  s: {vars: [{lr: 2}], cmd: "x ${lr}"}
END
try <<'END'
vars: [one.yaml, one.yaml]
END
try <<'END'
vars: ["one.yaml:a", "one.yaml:b,a"]
END
try <<'END'
vars: ["one.yaml:a", one.yaml]
END
try <<'END'
vars: [one.yaml]
stages:
  s: {vars: ["one.yaml:a"], cmd: s}
END
try <<'END'
vars: ["one.yaml:a,nope"]
END
try <<'END'
vars: [none.yaml]
END
try <<'END'
vars: ["${lr}.yaml"]
END
try <<'END'
vars: [{a: ["x${lr}"]}]
END
try <<'END'
vars: {a: 1}
END
try <<'END'
vars: [[1]]
END
try <<'END'
vars: [../outside.yaml]
END
printf '[1]' >list.json
try <<'END'
vars: [list.json]
END
ln -s one.yaml link.yaml
try <<'END'
vars: [link.yaml]
END
