# A map in a command becomes flags; parsing.bool and parsing.list say how.
git init -q && mlv init -q
cat >params.yaml <<'END'
train:
  epochs: 10
  rate: 1e-4
  name: plain
  text: it's "two" words
  empty: ""
  on: true
  off: false
  nothing: null
  layers: [1, "a b", true]
  none: []
  deep: {x: {y: 0.5}, z: [1]}
nested: {a: [[1]]}
maps: {b: [{c: 1}]}
END
try() {
	printf 'stages:\n  s:\n    cmd: %s\n' "$1" >mlv.yaml
	mlv stage list --fail --json >out 2>/dev/null || { mlv stage list --fail; return; }
	/usr/bin/python3 -c 'import json; [print(s["cmd"]) for s in json.load(open("out"))]'
}
try 'train ${train} --end'
try 'train ${train.deep}'
eval "printf '<%s>' $(try '${train}')" && echo
mlv config parsing.bool boolean_optional
mlv config parsing.list append
try 'train ${train} --end'
try 'train ${nested}'
try 'train ${maps}'
mlv config parsing.list other
