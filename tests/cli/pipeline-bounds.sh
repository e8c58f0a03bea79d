# Huge and deep files, aliases that explode, links: an error, little memory, and in time.
git init -q && mlv init -q
# A build with sanitizers maps more than any machine has.
sh -c 'ulimit -v 1000000; mlv version; exit $?' >/dev/null 2>&1 && ulimit -v 1000000
try() {
	mlv stage list --fail 2>err
	status=$?
	cut -c 1-160 err | head -n 1
	[ $status != 0 ] && echo "status $status"
}
py() {
	/usr/bin/python3 -c "$1"
}
py 'print("stages:\n  s: {cmd: c, meta: " + "[" * 70 + "]" * 70 + "}")' >mlv.yaml && try
py '
print("a0: &a0 [x, x, x, x, x, x, x, x, x, x]")
for i in range(1, 9): print("a%d: &a%d [%s]" % (i, i, ", ".join(["*a%d" % (i - 1)] * 10)))' >mlv.yaml && try
printf 'stages:\n  s: &s {cmd: c, meta: *s}\n' >mlv.yaml && try
printf 'stages:\n  s: {cmd: c, meta: *nobody}\n' >mlv.yaml && try
printf 'stages:\n  s: {<<: [1], cmd: c}\n' >mlv.yaml && try
printf 'stages:\n  s: {<<: {meta: &m 1}, cmd: c}\n  t: {cmd: c, meta: *m}\n' >mlv.yaml && try
printf 'stages: !!python/object:os.system {}\n' >mlv.yaml && try
py 'print("#" * (17 << 20))' >mlv.yaml && try
py '
print("vars: [{a: \"%s\"}]" % ("x" * 1000000))
print("stages:\n  s:\n    foreach: [%s]\n    do: {cmd: \"%s\"}" % (", ".join(map(str, range(1000))), "${a}" * 3))' >mlv.yaml && try
py 'print("vars: [{a: \"%s\"}]\nstages: {s: {cmd: \"%s\"}}" % ("x" * 1000000, "${a}" * 10))' >mlv.yaml && try
printf 'stages:\n  s: {cmd: c}\n' >real.yaml && ln -sf real.yaml mlv.yaml && try
rm mlv.yaml && mkfifo mlv.yaml && try
rm mlv.yaml
echo '# anchors in use'
cat >mlv.yaml <<'END'
stages:
  base: &base
    cmd: run
    deps: &deps [a, b]
  other:
    <<: *base
    cmd: other
  both:
    <<: [{desc: first, frozen: true}, {desc: second, outs: [o]}]
    cmd: both
    deps: *deps
END
mlv stage list --fail --json | /usr/bin/python3 -c '
import json, sys
for s in json.load(sys.stdin): print(s["name"], s["cmd"], s["deps"], s["outs"], s["desc"], s["frozen"])'
