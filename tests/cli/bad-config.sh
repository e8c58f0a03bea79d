# Settings that cannot be read stop a command at their line, with what to do; nothing is written.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
echo x >x && git add .mlv && git commit -qm init
try() {
	printf "$1" >.mlv/config
	echo "$1" | tr '\n' '|'; echo
	mlv add x; echo $?
	[ ! -e x.mlv ] || echo "a pointer was written"
	git checkout -q -- .mlv/config
}
try '[core\n\tjobs = 2\n'
try 'jobs = 2\n'
try '[core]\n\tjobs = many\n'
try '[core]\n\tjbos = 2\n'
try '[core]\n\tzzzzzz = 2\n'
try '[include]\n\tpath = /etc/passwd\n'
try '\0\377\n'
try '[core]\n\tremote = "store\n'
rm .mlv/config && mkdir .mlv/config
mlv add x; echo $?
rmdir .mlv/config && git checkout -q -- .mlv/config
mkdir -p ~/.config/mlv && echo '[core' >~/.config/mlv/config
mlv add x; echo $?
rm ~/.config/mlv/config
echo '[remote "store"]' >.mlv/config.local && echo 'url = http://[::1' >>.mlv/config.local
mlv add x && mlv push; echo $?
echo '[remote "store"]' >.mlv/config.local && echo 'url = gopher://host/x' >>.mlv/config.local
mlv push; echo $?
