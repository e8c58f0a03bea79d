# A mistake in mlv.yaml is named with its place, and the line is shown.
git init -q && mlv init -q
try() {
	cat >mlv.yaml
	mlv stage list --fail
	[ $? = 2 ] || echo "status $?"
}
s() {
	printf 'stages:\n  s:\n    cmd: c\n    %s\n' "$1" | try
}
echo 'stages: [' | try
printf 'stages:\n  s: {cmd: a, cmd: b}\n' | try
printf 'stages: [1]\n' | try
printf '[1]\n' | try
printf 'stage:\n  s: {cmd: a}\n' | try
printf 'stages:\n  s: text\n' | try
printf 'stages:\n  s: {deps: [a]}\n' | try
printf 'stages:\n  s: {cmd: []}\n' | try
printf 'stages:\n  s: {cmd: [[a]]}\n' | try
printf 'stages:\n  s: {cmd: ""}\n' | try
printf 'stages:\n  s.t: {cmd: a}\n' | try
printf 'stages:\n  s@t: {cmd: a}\n' | try
printf 'stages:\n  "": {cmd: a}\n' | try
printf 'stages:\n  \303\244\303\266-\343\201\202:\n    cmd: c\n    dep: [a]\n' | try
s 'dep: [a]'
s 'deps: a'
s 'deps: [{a: b}]'
s 'deps: [null]'
s 'deps: [/etc/passwd]'
s 'deps: [../x]'
s 'deps: [a/../../x]'
s 'deps: [.git/config]'
s 'deps: [.]'
s 'outs: [http://x/y]'
s 'outs: [../x]'
s 'outs: [{x: {cached: true}}]'
s 'outs: [{x: {cache: 1}}]'
s 'outs: [{x: [1]}]'
s 'outs: [{x: {remote: [1]}}]'
s 'metrics: [{x: {x: a}}]'
s 'plots: [{x: {xlabel: a}}]'
s 'params: lr'
s 'params: [{p.json: lr}]'
s 'params: [{p.json: [[1]]}]'
s 'params: [{../p.json: [a]}]'
s 'wdir: ..'
s 'wdir: [a]'
s 'frozen: maybe'
s 'always_changed: 1'
s 'desc: [a]'
s 'env: HOME'
s 'env: ["A=B"]'
s 'resources: 4'
s 'resources: {cpu: 4}'
s 'resources: {cpus: -1}'
s 'resources: {mem: lots}'
s 'resources: {gpus: 1.5}'
s 'resources: {time: soon}'
s 'timeout: 0'
s 'timeout: 2 parsecs'
s 'retry: -1'
printf 'metrics: 1\n' | try
printf 'metrics: [[1]]\n' | try
printf 'metrics: [../m.json]\n' | try
printf 'plots: [{p: {y: {../f.csv: c}}}]\n' | try
printf 'artifacts: {a: {desc: d}}\n' | try
printf 'artifacts: {a: {path: p, des: d}}\n' | try
printf '\377stages: {}\n' | try
