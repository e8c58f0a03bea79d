# What several do at once, or somebody who may not: three push the same to one remote, and nobody loses anything; a
# bucket is found by its path and by its host; keys that mlv would not make are read; who may not is told so.
. "$SRC/tests/servers/serve.sh"
status=0

# point NAME COMMAND...: it runs by itself, so that set -e holds.
point() {
	name=$1
	shift
	("$@") >"$work/log" 2>&1
	if [ $? = 0 ]; then
		echo "ok - $name"
	else
		sed 's/^/# /' "$work/log"
		echo "not ok - $name"
		status=1
	fi
	cd /
	chmod -R u+w "$work"/first "$work"/[abc] "$work"/clone 2>/dev/null
	rm -rf "$work"/first "$work"/[abc] "$work"/clone
}

# together REMOTE [OPTION VALUE]: a tree, and a file of each one's own.
together() {
	set -e
	git init -q "$work/first" && cd "$work/first" && mlv init -q
	mlv remote add -q -d store "$1"
	[ -z "$2" ] || mlv remote modify -q store "$2" "$3"
	mkdir data
	for i in $(seq 300); do echo "$i" >data/$i; done
	head -c 200000 /dev/urandom >data/medium
	head -c 40000000 /dev/urandom >large
	mlv add -q data large
	git add -A && git commit -qm one
	for who in a b c; do
		git clone -q . "$work/$who"
		cd "$work/$who"
		mlv remote trust -q store
		cp -R ../first/data ../first/large .
		echo $who >data/of-$who
		echo $who >own
		mlv add -q data large own
	done
	for who in a b c; do
		(cd "$work/$who" && mlv push -q -j 4 && touch pushed) &
		eval pid_$who=\$!
	done
	# shellcheck disable=SC2154
	wait "$pid_a" && wait "$pid_b" && wait "$pid_c"
	for who in a b c; do
		cd "$work/$who"
		[ "$(mlv push)" = "Everything is up to date." ]
		mlv fsck -r store
		rm -rf .mlv/cache .mlv/state
		cp -R data kept && cp large kept-large
		rm -r data large own
		mlv pull -q
		diff -r data kept && cmp large kept-large && [ "$(cat own)" = $who ]
	done
}

# begin: one file, and a remote in the bucket.
begin() {
	set -e
	git init -q "$work/first" && cd "$work/first" && mlv init -q
	mlv remote add -q -d store s3://mlv/begun
	mlv remote modify -q store endpointurl "$url"
	echo one >one && mlv add -q one
}

# refused STATUS WORDS COMMAND...: soon, with these words and no secret.
refused() {
	wanted=$1 words=$2
	shift 2
	start=$(date +%s)
	"$@" >"$work/said" 2>&1 && return 1
	[ $? = "$wanted" ]
	cat "$work/said"
	[ $(($(date +%s) - start)) -le 5 ]
	grep -q "$words" "$work/said"
	! grep -q 'readonly\|testing' "$work/said"
}
may_not() {
	begin
	mlv push -q
	AWS_ACCESS_KEY_ID=test:reader AWS_SECRET_ACCESS_KEY=readonly
	rm -rf .mlv/state
	refused 5 'access denied' mlv push
	rm -rf .mlv/state .mlv/cache one
	refused 3 'reading is denied' mlv pull
}
nobody() {
	begin
	mlv push -q
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	refused 5 's3://mlv' mlv push
}
by_host() {
	begin
	mlv remote modify -q store endpointurl "http://s3.localhost:${url##*:}"
	mlv remote modify -q store pathstyle false
	mlv -v push 2>&1 | grep -q '//mlv.s3.localhost:'
	rm -rf .mlv/cache .mlv/state one
	mlv remote modify -q store pathstyle true
	mlv -v pull 2>&1 | grep -q '//s3.localhost:[0-9]*/mlv/'
	[ "$(cat one)" = one ]
}
odd_keys() {
	set -e
	mkdir "$work/first" && cd "$work/first" && git init -q && mlv init -q
	export AWS_ENDPOINT_URL="$url"
	python3 "$SRC/tests/servers/objects.py" "$url" mlv odd odd/ 200 "${MLV_TEST_SEED:-1}" >expected
	mlv get-url s3://mlv/odd got
	(cd got && find . -type f -exec sha256sum -z {} + | LC_ALL=C sort -z | tr '\0' '\n') >found
	cmp expected found
	[ "$(mlv ls-url -R s3://mlv/odd | wc -l)" = 200 ]
}

mkdir "$work/store"
point "three push at once to a directory" together "$work/store"
if has_nginx "three push at once to a web server"; then
	start_nginx
	point "three push at once to a web server" together "$url/dav/together"
fi
if has_sshd "three push at once to a server of SSH"; then
	start_sshd
	point "three push at once to a server of SSH" together "$url/together"
fi
has_swift "a bucket" && start_swift || exit $status
point "three push at once to a bucket" together s3://mlv/together endpointurl "$url"
point "who may not read or write a bucket is told so" may_not
point "who is nobody is told so" nobody
point "a bucket is found by its path and by its host" by_host
point "keys that mlv would not make are read" odd_keys
exit $status
