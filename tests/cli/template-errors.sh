# What is wrong with a ${...} is told with the way to it in the file, the place and the line.
git init -q && mlv init -q
printf 'lr: 0.1\nmap: {a: 1, deep: {b: [1, 2]}}\nlist: [1, 2]\n' >params.yaml
try() {
	cat >mlv.yaml
	mlv stage list --fail
	echo "status $?"
}
try <<'END'
stages:
  train:
    cmd: train ${lrr}
END
try <<'END'
stages:
  train:
    cmd:
    - first
    - train ${map.deep.c}
END
try <<'END'
stages:
  train:
    cmd: train ${list[2]}
END
try <<'END'
stages:
  train:
    cmd: train ${lr.x}
END
try <<'END'
stages:
  train:
    cmd: train ${map[a}
END
try <<'END'
stages:
  train:
    cmd: train ${}
END
try <<'END'
stages:
  train:
    cmd: train
    deps: ["${list}"]
END
try <<'END'
stages:
  train:
    cmd: train ${list}
END
try <<'END'
stages:
  train:
    cmd: train
    outs: ["out-${map}"]
END
try <<'END'
stages:
  train:
    cmd: ${lr}
END
try <<'END'
stages:
  train:
    cmd: train
    outs:
    - ${lrr}:
        cache: false
END
try <<'END'
stages:
  train:
    cmd: train
    frozen: ${lr}
END
try <<'END'
stages:
  tr${lr}:
    cmd: train
END
try <<'END'
metrics: ["${nope}"]
END
try <<'END'
artifacts:
  model: {path: "${nope}"}
END
# Wherever else a template may stand.
s() { printf 'stages:\n  s:\n    cmd: c\n    %s\n' "$1" | try; }
s 'params: ["${nope}"]'
s 'params: [{"${nope}": [a]}]'
s 'params: [{p.json: ["${nope}"]}]'
s 'metrics: ["${nope}": {cache: false}]'
s 'plots: [{p.csv: {x: "${nope}"}}]'
s 'outs: [{o: {remote: "${nope}"}}]'
s 'wdir: ${nope}'
s 'wdir: ${map}'
s 'meta: {a: "${nope}"}'
s 'deps: ["${map.deep}"]'
s 'outs: ["${list[0].x}"]'
printf 'plots: ["${nope}"]\n' | try
printf 'params: ["${nope}.yaml"]\n' | try
printf 'stages:\n  s: {matrix: {a: [1]}, vars: [{item: 1}], cmd: c}\n' | try
printf 'stages:\n  s: {matrix: {a: ["${nope}"]}, cmd: c}\n' | try
printf 'stages:\n  s: {matrix: {a: [1]}, cmd: "${item.b}"}\n' | try
