# What cannot be run is said before anything runs: no stage begins, nothing is moved, mlv.lock is as it was.
git init -q && mlv init -q && echo kept >x && echo lock-of-before >note
try() { # try WHAT: mlv.yaml is on standard input
	echo "== $1"; cat >mlv.yaml; mlv repro 2>err; echo "status $?"; grep -v '^ *|\|^ *[0-9]* |' err | cut -c 1-150; [ "$(cat x)" = kept ] && [ ! -e ran ] && [ ! -e mlv.lock ] || echo "something happened"
}
py() { /usr/bin/python3 -c "$1"; }
s() { printf 'stages:\n  first: {cmd: touch ran, outs: [first]}\n%s\n' "$1"; }
s '  a: {cmd: touch x, deps: [b], outs: [x]}
  b: {cmd: touch b, deps: [x], outs: [b]}' | try 'a circle'
s '  a: {cmd: touch x, outs: [x]}
  b: {cmd: touch x, outs: [x]}' | try 'an output of two'
s '  a: {cmd: touch d, outs: [d]}
  b: {cmd: touch d/x, outs: [d/x]}' | try 'an output in an output'
s '  a: {cmd: touch x, deps: [x], outs: [x]}' | try 'an output that is a dependency'
s '  a: {cmd: touch x, out: [x]}' | try 'an unknown key'
s '  a: {cmd: "touch ${nowhere}"}' | try 'an undefined ${x}'
s '  a: {cmd: touch x, deps: [../up]}' | try 'a path that leaves'
py 'print("stages:\n  s: {cmd: c, meta: " + "[" * 100000 + "]" * 100000 + "}")' | try 'deep'
py 'print("stages: {s: {cmd: touch ran}}\n#" + "x" * (17 << 20))' | try 'huge'
py '
print("a0: &a0 [x, x, x, x, x, x, x, x, x, x]")
for i in range(1, 12): print("a%d: &a%d [%s]" % (i, i, ", ".join(["*a%d" % (i - 1)] * 10)))' | try 'aliases that explode'
printf 'stages:\n  a: {cmd: "touch ran \377"}\n' | try 'no UTF-8'
printf 'stages:\n  a: {cmd: "touch ran\\0"}\n' | try 'a NUL'
s '  a: {cmd: touch x, timeout: soon}' | try 'a time that is none'
printf 'stages: {}\n' | try 'no stages'
