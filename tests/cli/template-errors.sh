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
