# Stages that end together are stored and recorded together: each fails for itself.
git init -q . && mlv init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm init
{
	echo 'stages:'
	for i in 1 2 3 4 5 6; do echo "  s$i: {cmd: echo $i >o$i, outs: [o$i]}"; done
	echo '  lacks: {cmd: "true", outs: [none]}'
	echo '  fails: {cmd: exit 3, outs: [f]}'
	echo '  rules: {cmd: mkdir d && touch d/.mlvignore, outs: [d]}'
	echo '  plain: {cmd: echo p >p, outs: [{p: {cache: false}}]}'
	echo '  below: {cmd: echo q >sub/q, deps: [o1], outs: [sub/q]}'
} >mlv.yaml
echo "== one lacks its output, one fails, the rest is recorded"
mlv repro -j 8 -k >out 2>err; echo $?
LC_ALL=C sort out err | grep -E 'did not make|failed to run|cannot lie|done'
grep -E '^  [a-z]' mlv.lock
echo "== git ignores what is cached, and no more"
cat .gitignore sub/.gitignore; git status --short --untracked-files=all -- o1 sub p

echo "== stages that are gone leave mlv.lock when it is written again"
cp mlv.lock before
printf 'stages:\n  s1: {cmd: echo 1 >o1, outs: [o1]}\n  new: {cmd: echo n >n, outs: [n]}\n' >mlv.yaml
mlv repro s1; cmp mlv.lock before && echo "not written, and as it was"
cp mlv.yaml good; echo '  broken: [' >>mlv.yaml
mlv repro >/dev/null 2>&1; echo $?; cmp mlv.lock before && echo "as it was"
cp good mlv.yaml; mlv repro new; grep -E '^  [a-z]' mlv.lock

echo "== what is restored is ignored, too"
rm -f .gitignore n mlv.lock; mlv repro -q; cat n .gitignore
