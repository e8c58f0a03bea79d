# A push and a pull that are stopped in the middle, by SIGINT or by SIGKILL, go on from there: the
# second run moves at most 60% of all. MIB: how much there is; SIGNALS: which. What SIGKILL costs
# is what is not durable yet, 64 MiB at most: with less than ten times that, only what is durable
# counts as moved.
. "$SRC/tests/servers/serve.sh"
all=${MIB:-160}
[ "$all" -ge 640 ] && passing=nothing || passing=tmp

# bytes DIR: of what lies there under its name.
bytes() {
	[ ! -d "$1" ] || (cd "$1" && find . -type f -size +1000k ! -path "*/$passing/*" -printf '%s\n' 2>/dev/null) |
		awk '{ n += $1 } END { print n + 0 }'
}

# halt SIGNAL DIR COMMAND...: stop it when half of all lies in the directory; then run it again.
halt() {
	signal=$1 dir=$2
	shift 2
	# What a shell begins in the background ignores SIGINT.
	env --default-signal=INT "$@" >/dev/null 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null && [ "0$(bytes "$dir")" -lt $((all << 19)) ]; do
		sleep 0.05
	done
	kill -"$signal" $pid && ! wait $pid || { echo "$* was over too soon"; exit 1; }
	"$@" --json >"$work/json"
	# The last number is that of all remotes.
	moved=$(grep -o '"bytes": [0-9]*' "$work/json" | tail -1 | tr -dc 0-9)
	echo "$signal $*: $((moved * 100 / (all << 20)))% the second time"
	[ "$moved" -gt 0 ] && [ $moved -le $((all * 6 * 104857)) ]
}

steps() {
	set -e
	cd "$work/first"
	for i in $(seq "$all"); do head -c 1048576 /dev/urandom >data/$i; done
	mlv add -q data
	rate=$((all / 4 + 1))M
	for signal in ${SIGNALS:-KILL}; do
		halt $signal "$held" mlv push -j 4 --bwlimit $rate
		mlv push -q --verify
		mv .mlv/cache .mlv/kept
		halt $signal .mlv/cache mlv fetch -j 4 --bwlimit $rate
		rm -rf .mlv/cache && mv .mlv/kept .mlv/cache
		rm -rf data && mlv checkout -q
		"$clear"
	done
}

over() {
	cd /
	(steps) >"$work/log" 2>&1
	if [ $? = 0 ]; then
		echo "ok - stopped in the middle, over $1"
	else
		tail -n 40 "$work/log" | sed 's/^/# /'
		echo "not ok - stopped in the middle, over $1"
		status=1
	fi
	[ ! "$VERBOSE" ] || sed 's/^/# /' "$work/log"
	chmod -R u+w "$work/first" && rm -rf "$work/first"
}

begin() {
	git init -q "$work/first" && cd "$work/first" && mlv init -q && mlv remote add -q -d store "$1"
	mkdir data
}

clear_files() { chmod -R u+w "$held" && rm -rf "$held"; }

status=0
clear=clear_files
held=$work/store
begin "$held"
over "a directory"
if has_nginx "stopped in the middle, over a web server"; then
	start_nginx
	held=$work/nginx/root/dav/store
	begin "$url/dav/store"
	over "a web server"
fi
has_swift "stopped in the middle, over a bucket" || exit $status
start_swift
clear_bucket() {
	python3 "$SRC/tests/servers/objects.py" "$url" mlv list store/ |
		xargs python3 "$SRC/tests/servers/objects.py" "$url" mlv remove
}
held=$work/swift
clear=clear_bucket
begin s3://mlv/store
mlv remote modify -q store endpointurl "$url"
over "a bucket"
exit $status
