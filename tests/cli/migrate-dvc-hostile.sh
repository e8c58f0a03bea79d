# What the files of a cloned repository say is checked before anything is written; nothing outside is read or written.
ls() { LC_ALL=C command ls "$@"; }
top=$PWD
new() {
	cd "$top" || exit 1
	rm -rf r && mkdir -p r/.dvc/cache/files/md5 && cd r && git init -q && touch .dvc/config
}
try() { mlv migrate dvc "$@"; echo "status $?"; ls -A; ls -A ..; }
sum=acbd18db4cc2f85cedef654fccc4a4d8
object() { # object NAME: what standard input gives, in the cache under that name
	mkdir -p ".dvc/cache/files/md5/$(echo "$1" | cut -c1-2)"
	cat >".dvc/cache/files/md5/$(echo "$1" | cut -c1-2)/$(echo "$1" | cut -c3-)"
}
echo "== paths that climb"
for path in ../x /etc/passwd sub/../../x .git/config . 'a/.mlv/config' ''; do
	new && printf 'outs:\n- md5: %s\n  path: "%s"\n' $sum "$path" >x.dvc && printf foo | object $sum && try
done
new && printf 'wdir: ..\nouts:\n- md5: %s\n  path: x\n' $sum >x.dvc && try
new && printf 'wdir: /tmp\nouts:\n- md5: %s\n  path: x\n' $sum >x.dvc && try
echo "== sums that are none"
for md5 in ../../../x 'ACBD18DB4CC2F85CEDEF654FCCC4A4D8' acbd18 "$sum.dirx" '[a]'; do
	new && printf 'outs:\n- md5: %s\n  path: x\n' "$md5" >x.dvc && try
done
echo "== lists of directories"
list() {
	new && name=$(printf '%s' "$1" | md5sum | cut -c1-32) && printf '%s' "$1" | object "$name.dir"
	printf 'outs:\n- md5: %s.dir\n  hash: md5\n  path: d\n' "$name" >d.dvc && printf foo | object $sum && try
}
for path in ../x /x a/../../x .git/hooks/x 'a//b' 'a\u0000b' ''; do
	list "[{\"md5\": \"$sum\", \"relpath\": \"$path\"}]"
done
list "[{\"md5\": \"$sum\", \"relpath\": \"a\"}, {\"md5\": \"$sum\", \"relpath\": \"a\"}]"
list "[{\"md5\": \"$sum\", \"relpath\": \"a\"}, {\"md5\": \"$sum\", \"relpath\": \"a/b\"}]"
list "[{\"md5\": \"../x\", \"relpath\": \"a\"}]"
list '{"a": 1}' && list '[1]' && list '[[[' && list ''
echo "== links and other things in the cache"
new && printf 'outs:\n- md5: %s\n  path: x\n' $sum >x.dvc && printf foo >../secret && mkdir .dvc/cache/files/md5/ac
ln -s ../../../../../../secret .dvc/cache/files/md5/ac/bd18db4cc2f85cedef654fccc4a4d8 && try
new && printf 'outs:\n- md5: %s\n  path: x\n' $sum >x.dvc && mkdir -p ../aside/md5/ac && printf foo >../aside/md5/ac/bd18db4cc2f85cedef654fccc4a4d8
rm -r .dvc/cache/files && ln -s ../../../aside .dvc/cache/files && try
new && printf 'outs:\n- md5: %s\n  path: x\n' $sum >x.dvc && mkdir .dvc/cache/files/md5/ac && mkfifo .dvc/cache/files/md5/ac/bd18db4cc2f85cedef654fccc4a4d8 && try
new && printf 'outs:\n- md5: %s\n  path: x\n' $sum >x.dvc && ln -s ../secret x && try
rm -rf ../secret ../aside
echo "== two of one, no list, no map, a file that is none"
new && printf 'outs:\n- md5: %s\n  path: x\n' $sum | tee x.dvc >y.dvc && try
new && echo 'outs: 3' >x.dvc && try && echo 'outs: [3]' >x.dvc && try && echo '[' >x.dvc && try
new && rm .dvc/config && echo >.dvc/.gitignore && ln -s /etc/passwd .dvc/config && try
new && printf '[core\n' >.dvc/config && try && printf 'x = 1\n' >.dvc/config && try && printf '[[a]]\n' >.dvc/config && try
echo "== a settings file that git tracks is no one's own"
new && printf '[cache]\n dir = ../mine\n["remote "r""]\n url = https://x\n ssl_verify = false\n password = p\n' >.dvc/config.local
cp .dvc/config.local .dvc/config && git add -f .dvc/config.local && try && cat .mlv/config && ls .mlv
true
