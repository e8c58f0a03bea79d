# A bandwidth limit holds over each kind of server, both ways, for all requests together.
. "$SRC/tests/servers/serve.sh"

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
if has_nginx "a bandwidth limit over a web server"; then
	start_nginx
	begin "$url/dav/store"
	over "a web server"
fi
if has_sshd "a bandwidth limit over a server of SSH"; then
	start_sshd
	begin "$url/store"
	over "a server of SSH"
fi
has_swift "a bandwidth limit over a bucket" || exit $status
start_swift
begin s3://mlv/store
mlv remote modify -q store endpointurl "$url"
over "a bucket"
exit $status
