# What mlv.lock says that stages made is tracked data like any: pushed, pulled, checked out, compared, kept.
export GIT_AUTHOR_DATE="1700000000 +0000" GIT_COMMITTER_DATE="1700000000 +0000"
git init -q && mlv init -q
mkdir -p d sub && echo a >d/a && echo b >d/b && echo m >model && echo s >sub/s && echo t >tracked
printf 'm,v\na,1\n' >metrics.csv
mlv add -q d model sub/s tracked
# made STAGE POINTER...: an entry of mlv.lock.
made() {
	echo "  $1:" && echo "    cmd: make it" && echo "    outs:" && shift
	sed -s -n '2,$s/^/    /p' "$@"
}
# A file that git has, because of cache: false, beside what the cache has.
in_git() {
	echo "    - path: metrics.csv"
	echo "      sha256: $(sha256sum metrics.csv | cut -c1-64)"
	printf '      size: 8\n      cache: false\n'
}
head="schema: mlv-lock 1
stages:"
{ echo "$head" && made prep d.mlv && made train@us model.mlv && in_git; } >mlv.lock
{ echo "$head" && made s sub/s.mlv; } >sub/mlv.lock
rm d.mlv model.mlv sub/s.mlv && git add -A && git commit -qm one
mlv remote add -q -d r ../remote
echo "- all commands see it"
mlv status && mlv list -R --mlv-only . && mlv du . && mlv data status && mlv list -R . d
echo "- a stage, a group, a mlv.yaml and an output are targets"
mlv push train && mlv push train@us prep && (cd sub && mlv push s && mlv push prep)
mlv push sub/mlv.yaml && mlv push mlv.yaml && mlv push sub/mlv.yaml:s
mlv push nothing; echo "exit $?"
mlv push trai; echo "exit $?"
mlv push && mlv status -c
echo "- checkout of a stage, of a part, of all"
rm -r d model sub/s
mlv checkout train && mlv checkout d/a && find . -path ./.git -prune -o -path ./.mlv -prune -o -type f -print | LC_ALL=C sort
mlv checkout && mlv status
echo "- changes are seen"
echo new >d/c && mlv status && mlv diff && mlv data status
mlv checkout -f d && mlv status
echo "- a stage's output is not tracked, moved or removed by itself"
mlv remove model; echo "exit $?"
mlv remove --outs d; echo "exit $?"
mlv move sub/s x; echo "exit $?"
mlv add d; echo "exit $?"
mlv add d/c; echo "exit $?"
mlv commit && git status --short
echo "- gc and fsck know who needs it"
echo old >model && mlv gc -w && mlv checkout -f model && cat model
id=$(mlv hash model | cut -d' ' -f1)
rm -f "$(find .mlv/cache -name "$(echo "${id#sha256:}" | cut -c3-)")"
mlv fsck; echo "exit $?"
mlv pull && mlv fsck
echo "- another commit is compared with this one"
echo m2 >model && mlv add -q --out model.new model && made train@us model.new.mlv >../entry
sed -i 's/path: model.new/path: model/' ../entry
{ echo "$head" && sed -n '/^  prep:/,/^  train/p' mlv.lock | sed '$d' && cat ../entry; } >../lock
rm model.new.mlv model.new && mv ../lock mlv.lock && mlv diff && mlv push -q && git add -A && git commit -qm two
mlv diff HEAD^ HEAD && mlv cat --rev HEAD^ model && mlv cat model
mlv gc -q -w --rev HEAD^ && mlv checkout -q && git checkout -q HEAD^ && mlv checkout && cat model && git checkout -q main
echo "- a clone, and other repositories"
cd .. && repository=$OLDPWD && git clone -q "$repository" clone && cd clone && mlv pull && cat model && mlv pull && mlv status
cd .. && mlv get "$repository" model -o got && cat got && mlv get "$repository" d/a && cat a
mlv get "$repository" sub -o gotsub && find gotsub -type f | LC_ALL=C sort && mlv get "$repository" d/x; echo "exit $?"
mlv list "$repository" sub && mkdir other && cd other && git init -q && mlv init -q && mlv import ../clone d && ls d
echo "- what cannot be read is told"
cd "$repository" && echo "stages: 3" >mlv.lock && mlv status; echo "exit $?"
printf '%s\n  x:\n    cmd: y\n    outs:\n    - path: ../../etc/x\n      sha256: %064d\n      size: 1\n' "$head" 0 >mlv.lock
mlv checkout; echo "exit $?"
