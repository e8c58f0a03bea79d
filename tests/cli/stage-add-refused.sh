# What would not hold is refused, and nothing is written.
git init -q && mlv init -q
printf 'stages:\n  a:\n    cmd: a\n    deps: [y]\n    outs: [x]\n' >mlv.yaml
cp mlv.yaml was
try() {
	mlv stage add "$@"
	echo "status $?"
	cmp mlv.yaml was
	[ ! -e .gitignore ] || cat .gitignore
}
try -n a b
try -n a.b b
try -n b -o x b
try -n b -o x/y b
try -n b -d x -o y b
try -n b -o ../y b
try -n b -d /etc/passwd b
try -n b -d z -o z b
try -n b
try b
try -n b --nope b
printf 'stages: {a: {cmd: a}}\n' >mlv.yaml && cp mlv.yaml was
try -n b b
printf 'stages: 1\n' >mlv.yaml && cp mlv.yaml was
try -n b b
printf '{stages: \n  {a: {cmd: a}}}\n' >mlv.yaml && cp mlv.yaml was
try -n b b
printf '  stages:\n    a: {cmd: a}\n' >mlv.yaml && cp mlv.yaml was
try -n b b
rm mlv.yaml && ln -s was mlv.yaml
try -n b b
rm mlv.yaml was
echo '# where there is little'
for text in '' '# only this' 'stages:' 'vars: []' 'stages: # none
# yet'; do
	printf '%s' "$text" >mlv.yaml
	mlv stage add -q -n b -M m.json b && cat mlv.yaml && mlv stage list
done
echo '# below, and without git knowing'
mkdir -p sub/dir && cd sub/dir && mlv stage add -n deep -o out -w .. 'make out' && cat mlv.yaml ../.gitignore
mlv --json stage add -f -n deep 'make it'
cd ../.. && echo '*' >sub/.mlvignore
cd sub/dir && mlv stage add -n gone x
