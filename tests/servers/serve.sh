# To be sourced: a folder $work for a suite, and servers in it that end with the suite. Each start_ sets url.
work=$(mktemp -d) || exit 1
swift=
end_servers() {
	for server in nginx sshd; do
		[ ! -e "$work/$server/pid" ] || sh "$SRC/tests/servers/$server.sh" stop "$work/$server" >/dev/null 2>&1
	done
	[ -z "$swift" ] || kill "$swift"
	chmod -R u+w "$work" 2>/dev/null
	rm -rf "$work"
}
trap end_servers EXIT
trap 'exit 130' INT TERM

# has_nginx POINT, has_sshd POINT, has_swift POINT: whether it is installed; where not, the point is skipped.
skipped() {
	echo "ok - $1 # SKIP $2 is not installed"
	return 1
}
has_nginx() { [ -x "$(PATH=$PATH:/usr/sbin command -v nginx)" ] || skipped "$1" nginx; }
has_sshd() { [ -x "$(PATH=$PATH:/usr/sbin command -v sshd)" ] || skipped "$1" openssh-server; }
has_swift() { /usr/bin/python3 -c 'import swift.common' 2>/dev/null || skipped "$1" python3-swift; }

# What it serves lies in $work/nginx/root.
start_nginx() { url=$(sh "$SRC/tests/servers/nginx.sh" start "$work/nginx" | sed -n 's/^ready //p'); }

# What it serves lies in $work/sshd/area; the key and the host are known in HOME.
start_sshd() {
	url=$(sh "$SRC/tests/servers/sshd.sh" start "$work/sshd" | sed -n 's/^ready //p')
	mkdir -p "$HOME/.ssh"
	cp "$work/sshd/known_hosts" "$HOME/.ssh/known_hosts"
	cp "$work/sshd/user" "$HOME/.ssh/id_ed25519"
}

# A bucket named mlv, and credentials for it; what it holds lies in $work/swift.
start_swift() {
	mkdir "$work/swift"
	"$SRC/tests/servers/swift.py" "$work/swift" >"$work/ready" 2>"$work/swift.log" &
	swift=$!
	for _ in $(seq 120); do
		[ ! -s "$work/ready" ] || break
		sleep 0.5
	done
	url=$(sed -n 's/^ready //p' "$work/ready")
	python3 "$SRC/tests/servers/objects.py" "$url" mlv make || {
		sed 's/^/# /' "$work/swift.log"
		return 1
	}
	AWS_ACCESS_KEY_ID=test:tester AWS_SECRET_ACCESS_KEY=testing
	export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
}
