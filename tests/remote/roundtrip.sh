# A wild directory goes add, push, fresh clone, pull, and is equal bit for bit, over each kind of
# remote; so it is after an edit, in a part of it, and when the remote lost something.
. "$SRC/tests/servers/serve.sh"
tool="python3 $SRC/tests/tools/wild_tree.py"

# clone NAME: a fresh one of the repository that was pushed.
clone() {
	rm -rf "$work/$1"
	git clone -q "$work/first" "$work/$1" && cd "$work/$1"
}

# run_once: what the first clone ran the third restores.
run_once() {
	cd "$work/first"
	printf 'stages:\n  s:\n    cmd: echo ran >ran; echo made >made\n    outs: [made]\n' >mlv.yaml
	mlv repro -q
	[ -e ran ]
	mlv push -q --run-cache
	[ "$(mlv push --run-cache)" = "Everything is up to date." ]
	cp mlv.yaml "$work/third"
	cd "$work/third"
	mlv fetch -q --run-cache
	mlv repro -q
	[ "$(cat made)" = made ]
	[ ! -e ran ]
}

# steps: everything over the remote that is set up in the repository at $work/first.
steps() {
	set -e
	cd "$work/first"
	$tool make data --files "${FILES:-5000}" --large
	mlv add -q data
	git add -A
	git commit -qm one
	mlv push -q
	[ "$(mlv push)" = "Everything is up to date." ]
	mlv status -c >"$work/status" && grep -q "in sync" "$work/status"
	clone second
	$trust
	mlv pull -q
	$tool same "$work/first/data" data
	[ "$(mlv pull)" = "Everything is up to date." ]
	mlv status -q

	cd "$work/first"
	chmod -R u+w data
	echo changed >data/changed
	rm -r data/0
	mlv add -q data
	git commit -qam two
	mlv push -q
	cd "$work/second"
	git pull -q
	mlv pull -q
	$tool same "$work/first/data" data

	clone third
	$trust
	mlv pull -q 'data/star*'
	[ "$(ls data)" = 'star*' ]
	run_once
}

# over KIND [STEPS]: run the steps and report.
over() {
	cd /
	# Not within a condition: there, set -e would not hold.
	("${2:-steps}") >"$work/log" 2>&1
	if [ $? = 0 ]; then
		echo "ok - ${2:-roundtrip} over $1"
	else
		sed 's/^/# /' "$work/log"
		echo "not ok - ${2:-roundtrip} over $1"
		status=1
	fi
	chmod -R u+w "$work/first" "$work/second" "$work/third" 2>/dev/null
	rm -rf "$work/first" "$work/second" "$work/third"
}

# urls: what others put into the bucket is listed, got and imported, and seen to change.
urls() {
	set -e
	mkdir -p "$work/first" && cd "$work/first"
	git init -q && mlv init -q
	mkdir -p put/d && echo one >"put/d/a file" && echo two >put/d-e && mlv add -q put
	export AWS_ENDPOINT_URL="$url"
	mlv get-url "s3://mlv/raw/none" && exit 1
	# Nothing here writes what is no object of ours: the server's own tool does.
	for file in 'raw/d/a file' raw/d-e; do
		python3 "$SRC/tests/servers/put.py" "$url" mlv "$file" "put/${file#raw/}"
	done
	[ "$(mlv ls-url s3://mlv/raw | tr '\n' ' ')" = "d-e d/ " ]
	[ "$(mlv ls-url -R --size s3://mlv/raw/ | tr -s ' \n' ' ')" = " 4 d-e 4 d/a file " ]
	mlv get-url s3://mlv/raw && diff -r raw put
	mlv get-url "s3://mlv/raw/d/a file" got && cmp got "put/d/a file"
	mlv import-url -q s3://mlv/raw/d-e x && grep -q 'etag:' x.mlv
	mlv import-url -q s3://mlv/raw all && diff -r all put
	git add . && git commit -qm imports && mlv update -q && [ -z "$(git status --short x.mlv all.mlv)" ]
	echo three >put/d-e && python3 "$SRC/tests/servers/put.py" "$url" mlv raw/d-e put/d-e
	mlv update -q && cmp x put/d-e && diff -r all put
	[ "$(git status --short x.mlv all.mlv | wc -l)" = 2 ]
	mkdir "$work/second" "$work/third"
}

begin() {
	git init -q "$work/first" && cd "$work/first" && mlv init -q
}

status=0
trust="mlv remote trust store -q"
begin
mkdir "$work/store"
mlv remote add -q -d store "$work/store"
over "a directory"

start_nginx
begin
mlv remote add -q -d store "$url/dav/store"
over "a web server"

# ssh_urls: what others put onto a server of SSH is listed, got and imported, and seen to change.
ssh_urls() {
	set -e
	mkdir -p "$work/first" && cd "$work/first"
	git init -q && mlv init -q
	put=$work/sshd/area/raw
	mkdir -p "$put/d" && echo one >"$put/d/a file" && echo two >"$put/d-e" && : >"$put/empty"
	mlv get-url "$url/none" && exit 1
	[ "$(mlv ls-url "$url/raw" | tr '\n' ' ')" = "d-e d/ empty " ]
	[ "$(mlv ls-url -R --size "$url/raw/" | tr -s ' \n' ' ')" = " 4 d-e 4 d/a file 0 empty " ]
	mlv get-url "$url/raw" && diff -r raw "$put"
	mlv get-url "$url/raw/d/a%20file" got && cmp got "$put/d/a file"
	mlv import-url -q "$url/raw/d-e" x && grep -q 'modified:' x.mlv
	# Who clones has not said yet that this host may see his keys.
	mlv update -q 2>refused && exit 1
	grep -q 'only once you trust it' refused
	mlv remote add --local -q raw "$url/raw"
	mlv import-url -q remote://raw/d all && diff -r all "$put/d"
	git add . && git commit -qm imports && mlv update -q all.mlv && [ -z "$(git status --short all.mlv)" ]
	echo three >"$put/d/b" && mlv update -q all.mlv && diff -r all "$put/d"
	mkdir "$work/second" "$work/third"
}

start_sshd
begin
mlv remote add -q -d store "$url/store"
over "a server of SSH"
over "a server of SSH" ssh_urls

if start_swift; then
	begin
	mlv remote add -q -d store s3://mlv/store
	mlv remote modify -q store endpointurl "$url"
	over "a bucket"
	over "a bucket" urls
else
	echo "not ok - a bucket server starts"
	status=1
fi
exit $status
