# gc of a remote: together with pushes, over a directory and a bucket; and where a server does not list, replaces
# nothing in one step, or does not let anything be removed, that is said, and nothing is lost.
. "$SRC/tests/servers/serve.sh"
bin=${PATH%%:*}
status=0
# point NAME COMMAND...
point() {
	name=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		echo "ok - $name"
	else
		sed 's/^/# /' "$work/log"
		echo "not ok - $name"
		status=1
	fi
}
race() { /usr/bin/python3 "$SRC/tests/remote/gc_race.py" --bin "$bin" --rounds "${ROUNDS:-3}" "$@"; }

# refused WORDS...: gc -c of what is not needed says so.
refused() {
	mlv gc -c -w -f --grace 0 --all-roots >"$work/said" 2>&1 && return 1
	for words; do
		grep "$words" "$work/said" || { cat "$work/said"; return 1; }
	done
	mlv fsck -r store
}
repository() {
	rm -rf "$work/repo" && git init -q "$work/repo" && cd "$work/repo" && mlv init -q && mlv remote add -q -d store "$1"
}

point "gc and pushes at once, over a directory" race --url "$work/store"
if has_nginx "a server that lists nothing"; then
	start_nginx
	repository "$url/dav/store"
	echo one >one && mlv add -q one && mlv push -q
	point "a server that lists nothing" refused 'gc has to know all that lies there: .*cannot list' \
		'hint: where the files lie, add their directory as a remote'
	# The same store by its directory: what goes there is gone for the web server too.
	by_directory() {
		set -e
		echo two >one && mlv add -q one && mlv push -q
		mlv remote add -q disk "$work/nginx/root/dav/store"
		mlv gc -c -r disk -w -f --grace 0 --all-roots && mlv gc -c -r disk -w -f --grace 0 --all-roots
		[ "$(find "$work/nginx/root/dav/store/objects" -type f | wc -l)" = 1 ]
		mlv fsck -r store && rm -rf one .mlv/cache .mlv/state && mlv pull -q && [ "$(cat one)" = two ]
	}
	point "gc of the directory that a server serves" by_directory
fi
if has_sshd "a server where what is replaced is missing for a moment"; then
	start_sshd
	repository "$url/store"
	echo one >one && mlv add -q one && mlv push -q && echo two >one && mlv add -q one && mlv push -q
	by_sftp() {
		set -e
		refused 'by SFTP a file cannot be replaced in one step' 'hint: on the machine where the files lie'
		[ ! -e "$work/sshd/area/store/gc" ]
	}
	point "a server where what is replaced is missing for a moment" by_sftp
fi
has_swift "gc and pushes at once, over a bucket" || exit $status
start_swift
# A server that wants it to be tried again, or says nothing: when others may take the gc for killed it gives up.
slow() {
	cd "$work/repo" && mlv remote add -q -f store s3://mlv/slow && mlv remote modify store endpointurl "$url" || return
	echo one >one && mlv add -q one && mlv push -q && echo two >one && mlv add -q one && mlv push -q || return
	rm -f "$work/proxy"
	/usr/bin/python3 "$SRC/tests/servers/chaos.py" "$url" "$1 methods=DELETE" >"$work/proxy" &
	proxy=$!
	while [ ! -s "$work/proxy" ]; do sleep 0.1; done
	mlv remote modify store endpointurl "$(sed -n 's/^ready //p' "$work/proxy")"
	MLV_TEST_LEASE=6 timeout 30 mlv gc -c -w -f --grace 0 --all-roots
	was=$?
	kill $proxy
	[ $was = 6 ] || return 1
	mlv remote modify store endpointurl "$url"
	MLV_TEST_LEASE=2 mlv gc -c -w -f --grace 0 --all-roots && mlv fsck -r store
}
repository "s3://mlv/slow"
point "a removal that is asked for again is given up in time" slow status=503,SlowDown,20
point "a removal that is not answered is given up in time" slow stall=60
point "gc and pushes at once, over a bucket" race --url s3://mlv/store --set "endpointurl=$url"
exit $status
