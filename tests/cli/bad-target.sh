# Targets that are not tracked, lie outside, or inside .git or .mlv: refused by every command.
mkdir repo elsewhere && cd repo && git init -q && mlv init -q && mkdir ../store
mlv remote add -q -d --local store ../store && mlv remote trust -q store
mkdir data && echo one >data/one && echo m >model && mlv add -q data model && mlv push -q
mv .mlv/cache/objects ../kept && cp -R ../kept .mlv/cache/objects
for c in checkout commit fetch pull push status; do
	echo "$c"
	for t in modle nothing data/two ../elsewhere/x ../nowhere /etc/passwd .git/config .mlv/config \
		sub/.git/x; do
		mlv $c $t; echo $?
	done
done 2>&1
diff -r ../kept .mlv/cache/objects && git status --short && ls ../elsewhere
