# The transports alone, by the unit tests that need a server: nginx, Swift, OpenSSH, and one that goes
# wrong; and the signer against another one. A server that is not installed is a skip.
bin=${PATH%%:*}
work=$(mktemp -d) || exit 1
pids=
finish() {
	[ ! -e "$work/nginx/pid" ] || "$SRC/tests/servers/nginx.sh" stop "$work/nginx"
	[ ! -e "$work/sshd/pid" ] || "$SRC/tests/servers/sshd.sh" stop "$work/sshd"
	# shellcheck disable=SC2086
	[ -z "$pids" ] || kill $pids 2>/dev/null
	wait
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
# libcurl and OpenSSL keep some memory of their own.
export ASAN_OPTIONS=exitcode=99:detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:exitcode=99
cd "$SRC" || exit 1
status=0
bad() {
	echo "not ok - $1"
	status=1
}

# serve NAME COMMAND...: start a server; what it prints is in $work/NAME.out.
serve() {
	name=$1
	shift
	"$@" >"$work/$name.out" 2>"$work/$name.err" &
	pids="$pids $!"
}
# url NAME: the URL it printed, once it is ready.
url() {
	tries=0
	until sed -n 's/^ready //p' "$work/$1.out" | grep .; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || { sed 's/^/# /' "$work/$1.err" >&2; return 1; }
		sleep 0.1
	done
}
# binary NAME: the tests of one binary, as TAP.
binary() {
	timeout 300 "$bin/test_$1" --tap --color=never >"$work/tap" 2>"$work/log"
	result=$?
	sed -nE "s/^(ok|not ok) (- )?/\1 - $1: /p" "$work/tap"
	[ $result = 0 ] && return
	status=1
	sed 's/^/# /' "$work/log"
	grep -q '^not ok' "$work/tap" || bad "test_$1 ended with exit status $result"
}

if ! [ -x "$bin/test_http" ]; then
	echo "ok - transports # SKIP the unit tests are not built in $bin"
	exit
fi
serve faulty "$SRC/tests/servers/faulty.py"
if /usr/bin/python3 -c 'import paramiko' 2>/dev/null; then
	mkdir "$work/odd"
	serve odd "$SRC/tests/servers/odd_sftp.py" "$work/odd"
fi
if /usr/bin/python3 -c 'import swift.common' 2>/dev/null; then
	mkdir "$work/swift"
	serve swift "$SRC/tests/servers/swift.py" "$work/swift"
fi
if command -v nginx >/dev/null; then
	if "$SRC/tests/servers/nginx.sh" start "$work/nginx" >"$work/nginx.out" 2>&1; then
		MLV_TEST_HTTP=$(cat "$work/nginx/urls")
		export MLV_TEST_HTTP
	else
		sed 's/^/# /' "$work/nginx.out"
		bad "nginx starts"
	fi
else
	echo "ok - web server # SKIP nginx is not installed"
fi
if [ -x "$(PATH=$PATH:/usr/sbin command -v sshd)" ]; then
	if "$SRC/tests/servers/sshd.sh" start "$work/sshd" >"$work/sshd.out" 2>&1; then
		MLV_TEST_SFTP="$(sed -n 's/^ready //p' "$work/sshd.out") $work/sshd"
		eval "$(ssh-agent -s)" >/dev/null
		pids="$pids $SSH_AGENT_PID"
		ssh-add -q "$work/sshd/user"
		export MLV_TEST_SFTP
	else
		sed 's/^/# /' "$work/sshd.out"
		bad "sshd starts"
	fi
else
	echo "ok - server of SSH # SKIP openssh-server is not installed"
fi
if [ -e "$work/odd.out" ]; then
	MLV_TEST_SFTP_ODD="$(url odd) $work/odd" && export MLV_TEST_SFTP_ODD || bad "odd_sftp.py starts"
else
	echo "ok - another server of SSH # SKIP python3-paramiko is not installed"
fi
MLV_TEST_FAULTY=$(url faulty) && export MLV_TEST_FAULTY || bad "faulty.py starts"
if [ -e "$work/swift.out" ]; then
	MLV_TEST_S3=$(url swift) && export MLV_TEST_S3 || bad "swift.py starts"
else
	echo "ok - store of objects # SKIP python3-swift is not installed"
fi
/usr/bin/python3 "$SRC/tests/remote/sigv4_reference.py" 2000 "${MLV_TEST_SEED:-1}" >"$work/signatures"
export MLV_TEST_SIGV4="$work/signatures"
for name in sigv4 http sftp faults uploads s3; do
	binary $name
done
if /usr/bin/python3 -c 'import botocore' 2>/dev/null; then
	/usr/bin/python3 "$SRC/tests/remote/sigv4_reference.py" --botocore 20000 "${MLV_TEST_SEED:-1}" >"$work/signatures"
	if timeout 300 "$bin/test_sigv4" --filter 'sigv4/equals_an_independent_signer' >"$work/log" 2>&1; then
		echo "ok - 20000 signatures equal botocore's"
	else
		sed 's/^/# /' "$work/log"
		bad "20000 signatures equal botocore's"
	fi
else
	echo "ok - signatures equal botocore's # SKIP python3-botocore is not installed"
fi
if [ -e "$work/nginx/protocols.log" ]; then
	grep -q 'HTTP/2.0 PUT' "$work/nginx/protocols.log" && echo "ok - HTTP/2 is spoken where the server does" ||
		bad "HTTP/2 is spoken where the server does"
fi
exit $status
