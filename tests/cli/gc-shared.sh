# A cache that others use, too, keeps what they need; one that cannot be read stops it.
mkdir a b c
for r in a b c; do
	(cd $r && git init -q && mlv init -q -f && mlv cache dir --local ../common && mlv config gc.grace 0 &&
		echo $r >own && echo same >same && mlv add -q own same && git add -A && git commit -qm $r &&
		echo "$r later" >own && mlv add -q own)
done
left() { cat $(find common/objects -type f) | sort | tr '\n' ' '; echo; }
left
ls common/repos | wc -l
cd a && mlv gc -wf && cd .. && left
rm -rf c && cd a
mlv gc -wf
echo "status $?"
mlv gc -wf --forget ../c && cd .. && left
mkdir d && cd d && git init -q && mlv init -q && echo d >own && mlv cache dir --local ../common && mlv add -q own && cd ..
rm common/repos/*
cd a && mlv gc -wf --dry -p ../b -p ../d && mlv gc -wf -p ../b && cd .. && left
cd a && mlv gc -wf -p ../nowhere
echo "status $?"
mlv gc -wf --forget ../b
