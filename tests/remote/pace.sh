# A bandwidth limit holds over each kind of server, both ways, for all requests together.
work=$(mktemp -d) || exit 1
swift=
finish() {
	sh "$SRC/tests/servers/sshd.sh" stop "$work/sshd" >/dev/null 2>&1
	[ ! -e "$work/nginx/pid" ] || sh "$SRC/tests/servers/nginx.sh" stop "$work/nginx" >/dev/null 2>&1
	[ -z "$swift" ] || kill "$swift"
	chmod -R u+w "$work" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# takes COMMAND...: 1600 KB at 800 KB a second: two seconds, and not ten.
takes() {
	begin=$(date +%s%N)
	"$@"
	took=$((($(date +%s%N) - begin) / 1000000))
	[ $took -ge 1900 ] && [ $took -lt 10000 ] || { echo "$* took $took ms"; exit 1; }
}

steps() {
	set -e
	cd "$work/first"
	for i in 1 2 3 4 5 6 7 8; do head -c 200000 /dev/urandom >f$i; done
	mlv add -q f1 f2 f3 f4 f5 f6 f7 f8
	takes mlv push -q --bwlimit 800kB
	rm -rf .mlv/cache
	mlv remote modify store bwlimit 800kB
	takes mlv fetch -q
}

over() {
	cd /
	(steps) >"$work/log" 2>&1
	if [ $? = 0 ]; then
		echo "ok - a bandwidth limit over $1"
	else
		tail -n 40 "$work/log" | sed 's/^/# /'
		echo "not ok - a bandwidth limit over $1"
		status=1
	fi
	rm -rf "$work/first"
}

begin() {
	git init -q "$work/first" && cd "$work/first" && mlv init -q && mlv remote add -q -d store "$1"
}

status=0
if command -v nginx >/dev/null; then
	url=$(sh "$SRC/tests/servers/nginx.sh" start "$work/nginx" | sed -n 's/^ready //p')
	begin "$url/dav/store"
	over "a web server"
else
	echo "ok - a bandwidth limit over a web server # SKIP nginx is not installed"
fi
if command -v /usr/sbin/sshd >/dev/null; then
	url=$(sh "$SRC/tests/servers/sshd.sh" start "$work/sshd" | sed -n 's/^ready //p')
	mkdir -p "$HOME/.ssh"
	cp "$work/sshd/known_hosts" "$HOME/.ssh/known_hosts"
	cp "$work/sshd/user" "$HOME/.ssh/id_ed25519"
	begin "$url/store"
	over "a server of SSH"
else
	echo "ok - a bandwidth limit over a server of SSH # SKIP sshd is not installed"
fi
if ! /usr/bin/python3 -c 'import swift.common' 2>/dev/null; then
	echo "ok - a bandwidth limit over a bucket # SKIP python3-swift is not installed"
	exit $status
fi
mkdir "$work/swift"
"$SRC/tests/servers/swift.py" "$work/swift" >"$work/ready" 2>"$work/swift.log" &
swift=$!
for _ in $(seq 120); do
	[ ! -s "$work/ready" ] || break
	sleep 0.5
done
url=$(sed -n 's/^ready //p' "$work/ready")
python3 "$SRC/tests/servers/objects.py" "$url" mlv make
AWS_ACCESS_KEY_ID=test:tester AWS_SECRET_ACCESS_KEY=testing
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
begin s3://mlv/store
mlv remote modify -q store endpointurl "$url"
over "a bucket"
exit $status
