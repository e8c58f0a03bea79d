# foreach: lists, maps, composite items; names, groups, and what is wrong.
git init -q && mlv init -q
printf 'names: [us, gb]\nmodels: {small: {n: 1, f: [a]}, big: {n: 2, f: [b]}}\nmixed: [{a: 1}, 2]\nlr: 1\n' >params.yaml
try() {
	cat >mlv.yaml
	mlv stage list --fail --json >out 2>/dev/null || { mlv stage list --fail; return; }
	/usr/bin/python3 -c 'import json; [print(s["name"], s["group"], s["cmd"], s["deps"]) for s in json.load(open("out"))]'
}
try <<'END'
vars: [{all: [x, y]}]
stages:
  inline:
    foreach: [a, 1, 0.5, true, "${lr}x", a]
    do: {cmd: "run ${item} ${lr}", deps: ["${item}"]}
  list: {foreach: "${names}", do: {cmd: "run ${item}"}}
  map: {foreach: "${models}", do: {cmd: "run ${key} ${item.n} ${item.f[0]}", wdir: "w-${key}", deps: [d]}}
  own: {foreach: {k1: v1, k2: "${lr}"}, do: {cmd: "run ${key}=${item}"}}
  mixed: {foreach: "${mixed}", do: {cmd: "run"}}
  none: {foreach: [], do: {cmd: "run"}}
END
echo '# targets'
mlv stage list --name-only map
mlv stage list --name-only map@big mlv.yaml:list@us
mlv stage list --name-only mapp
echo '# item and key hide, and are reserved'
try <<'END'
vars: [{item: 5}]
stages:
  s: {foreach: [1], do: {cmd: "x ${item}"}}
  t: {cmd: "x ${item}"}
END
try <<'END'
stages:
  s: {foreach: [1], do: {vars: [{item: 6}], cmd: "x ${item}"}}
END
echo '# what is wrong'
try <<'END'
stages:
  s: {foreach: "${lr}", do: {cmd: s}}
END
try <<'END'
stages:
  s: {foreach: text, do: {cmd: s}}
END
try <<'END'
stages:
  s: {foreach: "${nope}", do: {cmd: s}}
END
try <<'END'
stages:
  s: {foreach: [1]}
END
try <<'END'
stages:
  s: {do: {cmd: s}}
END
try <<'END'
stages:
  s: {foreach: [1], do: {cmd: s}, cmd: t}
END
try <<'END'
stages:
  s: {foreach: [1], do: {foreach: [2], do: {cmd: s}}}
END
try <<'END'
stages:
  s: {foreach: [1], do: {cmd: "${item.x}"}}
END
try <<'END'
stages:
  s: {foreach: [1], do: {cmd: "${key}"}}
END
try <<'END'
stages:
  s: {foreach: ["a\nb"], do: {cmd: s}}
END
