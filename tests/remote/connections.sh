# A server of HTTP/2 is spoken to over as few connections as there are jobs, however many requests it takes.
. "$SRC/tests/servers/serve.sh"
has_nginx connections || exit 0
start_nginx
read -r _ _ https ca _ <"$work/nginx/urls"
git init -q "$work/repo" && cd "$work/repo" && mlv init -q
mlv remote add -q -d store "$https/dav/store"
mlv config --local remote.store.ca_file "$ca"
for i in $(seq 120); do echo "$i" >"f$i"; done
mlv add -q f*
log=$work/nginx/protocols.log

status=0
bad() { echo "not ok - $1" && status=1; }

# check WHAT REQUESTS: since the log was emptied there were so many at least, by HTTP/2, over 4 connections at most.
check() {
	requests=$(grep -c . "$log") connections=$(sed 's/.*conn=//' "$log" | sort -u | grep -c .)
	if [ "$requests" -ge "$2" ] && [ "$connections" -le 4 ] && ! grep -qv '^HTTP/2.0 ' "$log"; then
		echo "ok - $1 over $connections connections"
	else
		bad "$1: $requests requests over $connections connections"
	fi
	: >"$log"
}
: >"$log"
mlv push -q -j 4 || bad "push"
check "a push" 480
mlv push -q -j 4 || bad "another push"
check "a push of what is there" 120
rm -rf .mlv/cache
mlv fetch -q -j 4 || bad "fetch"
check "a fetch" 120
exit $status
