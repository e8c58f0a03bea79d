# A damaged pointer stops each command before it changes anything, with what takes it back.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
echo one >one && echo two >two && mlv add -q one two && git add . && git commit -qm data
rm two && mkdir ../kept && cp -R . ../kept
all() {
	cp one.mlv damaged
	for c in add checkout commit fetch pull push status; do
		t=; [ $c != add ] || t=one
		mlv $c $t >out 2>err; s=$?
		echo "$c: status $s, $(wc -l <out) lines out"
		sort -u err >>said
		cmp one.mlv damaged
	done
	sort -u said
	rm damaged out err said
	git checkout -q -- one.mlv
	diff -r . ../kept -x .git -x lock -x index -x cache
}
echo 'a merge left in it'
printf '<<<<<<< HEAD\nouts:\n=======\nouts:\n>>>>>>> other\n' >one.mlv; all
echo 'an id that is cut'; sed 's/\(sha256: ....\).*/\1/' one.mlv >x; mv x one.mlv; all
echo 'a size that is none'; sed 's/size: 4/size: -4/' one.mlv >x; mv x one.mlv; all
echo 'not text'; printf '\0\377\1' >one.mlv; all
echo 'empty'; : >one.mlv; all
echo 'a path that leaves'; sed 's|path: one|path: ../one|' one.mlv >x; mv x one.mlv; all
echo 'a size that lies'; sed 's/size: 4/size: 5/' one.mlv >x; mv x one.mlv; mv one mine
mlv checkout one; echo $?
[ ! -e one ] || echo 'made all the same'
git checkout -q -- one.mlv; mlv checkout
