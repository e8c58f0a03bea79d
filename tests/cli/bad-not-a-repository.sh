# Outside a repository every command that needs one says so, and what makes one; nothing is made.
try() {
	for c in add checkout commit diff fetch pull push root status; do
		mlv $c >out 2>err; s=$?
		[ "$c" != add ] || { mlv add x >out 2>err; s=$?; }
		echo "$c: status $s, $(wc -l <out) lines out, $(tr '\n' '|' <err)"
	done
	rm out err
}
mkdir plain with-git && cd plain && echo x >x
try
ls -A
cd ../with-git && git init -q && echo x >x
try
ls -A
