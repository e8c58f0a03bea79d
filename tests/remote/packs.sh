# Many small files go to a bucket, a web server and a server of SSH, and come back, in few requests:
# counted by the servers. The web server shows no index pages, so that nothing can be listed there.
. "$SRC/tests/servers/serve.sh"

# at_most COUNT COMMAND...: run it; it asks the server no more often. A request has $each lines in its
# log, and all sessions of a command together have $sessions more.
each=1 sessions=0
at_most() {
	most=$(($1 * each + sessions))
	shift
	before=$(wc -l <"$log")
	"$@"
	asked=$(($(wc -l <"$log") - before))
	[ "$asked" -le "$most" ] || { echo "$* took $asked lines of the log, more than $most"; tail -n "$asked" "$log"; exit 1; }
}

# steps: everything over the remote that is set up in the repository at $work/first.
steps() {
	set -e
	cd "$work/first"
	python3 -c "
import os
for i in range(10000):
    os.makedirs('data/%02d' % (i % 100), exist_ok=True)
    with open('data/%02d/%04d' % (i % 100, i), 'w') as f:
        f.write('%d ' % i * 100)"
	mlv add -q data
	git add -A
	git commit -qm one
	at_most $puts mlv push -q
	at_most $asks mlv push -q
	at_most $asks mlv status -c -q
	echo more >data/00/more
	mlv add -q data
	at_most $puts mlv push -q
	git commit -qam two
	# All that lies there is read and hashed.
	at_most 14 mlv fsck -r store
	grep -q '^10046 objects checked' "$work/log"

	git clone -q "$work/first" "$work/second"
	cd "$work/second"
	mlv remote trust store -q
	at_most 15 mlv fetch -q data/07
	rm -rf .mlv/cache .mlv/state
	at_most 20 mlv pull -q
	diff -r "$work/first/data" data
	at_most 2 mlv pull -q
	# A clone that only pulled knows what need not be sent.
	echo other >data/01/other
	mlv add -q data
	at_most $puts mlv push -q
}

over() {
	cd /
	# Not within a condition: there, set -e would not hold.
	(steps) >"$work/log" 2>&1
	if [ $? = 0 ]; then
		echo "ok - packs over $1"
	else
		sed 's/^/# /' "$work/log"
		echo "not ok - packs over $1"
		status=1
	fi
	rm -rf "$work/first" "$work/second"
}

begin() {
	git init -q "$work/first" && cd "$work/first" && mlv init -q && mlv remote add -q -d store "$1"
}

status=0
if has_nginx "packs over a web server"; then
	start_nginx
	log=$work/nginx/access.log
	begin "$url/dav/store"
	puts=40 # each one is a PUT, a MOVE and a HEAD
	asks=8  # The format, the root, two packs and their tables, the root's node, marks.
	over "a web server that lists nothing"
fi

if has_sshd "packs over a server of SSH"; then
	start_sshd
	log=$work/sshd/requests
	begin "$url/store"
	puts=20
	# To look at a file is to open it, to look, and to close it; a new one is also renamed.
	each=5 sessions=20
	over "a server of SSH"
	each=1 sessions=0
fi

has_swift "packs over a bucket" || exit $status
export REQUESTS="$work/requests"
start_swift
log=$work/requests
begin s3://mlv/store
mlv remote modify -q store endpointurl "$url"
puts=20
asks=5 # a list for the packs
over "a bucket"
exit $status
