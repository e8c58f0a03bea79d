# Stages that depend on each other, and outputs that overlap, within files and between them.
git init -q && mlv init -q
mkdir sub
try() {
	cat >mlv.yaml
	mlv stage list --fail --all
	[ $? = 2 ] || echo "status $?"
}
echo '# circles'
try <<'END'
stages:
  a: {cmd: a, deps: [c.out], outs: [a.out]}
  b: {cmd: b, deps: [a.out], outs: [b.out]}
  c: {cmd: c, deps: [b.out/part], outs: [c.out]}
  d: {cmd: d, deps: [c.out]}
END
try <<'END'
stages:
  a: {cmd: a, deps: ["data/*.csv"], outs: [model]}
  b: {cmd: b, deps: [model], outs: [data]}
END
/usr/bin/python3 -c '
print("stages:")
for i in range(30): print("  s%d: {cmd: c, deps: [o%d], outs: [o%d]}" % (i, (i + 1) % 30, i))' | try
echo '# outputs'
try <<'END'
stages:
  a: {cmd: a, outs: [x]}
  b: {cmd: b, metrics: [./x]}
END
try <<'END'
stages:
  a: {cmd: a, outs: [x], plots: [x]}
END
try <<'END'
stages:
  a: {cmd: a, outs: [data]}
  b: {cmd: b, wdir: data, outs: [part/one]}
END
try <<'END'
stages:
  a: {cmd: a, outs: [data, data/part]}
END
try <<'END'
stages:
  a: {cmd: a, outs: ["data/*.csv"]}
  b: {cmd: b, outs: [data/b.csv]}
END
try <<'END'
stages:
  a: {cmd: a, outs: ["data/**/x"]}
  b: {cmd: b, outs: ["data/deep/*/?"]}
END
echo '# an output that is a dependency'
try <<'END'
stages:
  a: {cmd: a, deps: [x], outs: [x]}
END
try <<'END'
stages:
  a: {cmd: a, deps: [x], outs: [x/y]}
END
try <<'END'
stages:
  a: {cmd: a, deps: [x/y], outs: [x]}
END
try <<'END'
stages:
  a: {cmd: a, deps: ["x/*"], outs: [x/y]}
END
try <<'END'
stages:
  a: {cmd: a, params: [lr], outs: [params.yaml]}
END
echo '# in two files'
printf 'stages:\n  a: {cmd: a, outs: [../x]}\n' >sub/mlv.yaml
try <<'END'
stages:
  a: {cmd: a, outs: [x]}
END
printf 'stages:\n  a: {cmd: a, deps: [../x], outs: [y]}\n' >sub/mlv.yaml
try <<'END'
stages:
  a: {cmd: a, deps: [sub/y], outs: [x]}
END
echo '# none of these'
printf 'stages:\n  a: {cmd: a, deps: [../x], outs: [y]}\n' >sub/mlv.yaml
try <<'END'
stages:
  a: {cmd: a, outs: [x, data-2, "data/*.csv", "logs/[ab]/x"]}
  b: {cmd: b, deps: [sub/y], outs: [xy, data/b.json, x-y, "logs/[cd]y/x"]}
END
echo '# what is tracked by itself is no output of a stage'
rm -f sub/mlv.yaml
mkdir raw && echo 1 >raw/a && echo 2 >one && mlv add -q raw one
try <<'END'
stages:
  a: {cmd: a, outs: [one]}
END
try <<'END'
stages:
  a: {cmd: a, outs: ["raw/*.csv"]}
END
rm mlv.yaml
mlv stage add -n b -o raw/made true
[ $? = 2 ] || echo "status $?"
cat raw/a one
[ ! -e mlv.yaml ] || echo "mlv.yaml is there"
