# A remote is changed behind our back: packs are removed or cut short, roots are removed, bytes are
# damaged. The next push sees it, one that repairs mends it, over each kind of remote.
. "$SRC/tests/servers/serve.sh"

# files PATTERN, remove KEY, change KEY COMMAND...: what lies at the remote; the command has a file.
dir_files() { (cd "$place" && find . -type f | sed 's|^\./||' | grep "$1"); }
dir_remove() { rm -f "$place/$1"; }
dir_change() {
	key=$1
	shift
	chmod u+w "$place/$key" && "$@" "$place/$key"
}
swift_tool() { python3 "$SRC/tests/servers/objects.py" "$url" mlv "$@"; }
swift_files() { swift_tool list store/ | sed 's|^store/||' | grep "$1"; }
swift_remove() { swift_tool remove "store/$1"; }
swift_change() {
	key=$1
	shift
	swift_tool get "store/$key" "$work/changed"
	"$@" "$work/changed"
	swift_tool put "store/$key" "$work/changed"
}
flip() { printf '\377\376' | dd of="$1" bs=1 seek=70 conv=notrunc 2>/dev/null; }
shorten() { truncate -s -1 "$1"; }

# clone_has_all: a fresh clone gets everything.
clone_has_all() {
	rm -rf "$work/second"
	git clone -q "$work/first" "$work/second"
	(cd "$work/second" && mlv remote trust store -q && mlv pull -q && diff -r "$work/first/data" data)
}

# each PATTERN COMMAND...: do it to all keys that match, and see that the next push is no lie.
each() {
	pattern=$1
	shift
	found=$("${kind}_files" "$pattern")
	[ -n "$found" ]
	for key in $found; do
		"$@"
	done
}
noticed() {
	[ "$(mlv push)" != "Everything is up to date." ]
	[ "$(mlv push)" = "Everything is up to date." ]
	clone_has_all
}

steps() {
	set -e
	cd "$work/first"
	mkdir data
	for i in $(seq 50); do echo "file $i" >data/$i; done
	head -c 200000 /dev/urandom >data/medium
	head -c 17000000 /dev/urandom >data/large
	mlv add -q data
	git add -A
	git commit -qm one
	mlv push -q --verify
	each '^packs/.*pack$' eval '"${kind}_remove" "$key"'
	noticed
	each '^packs/.*idx$' eval '"${kind}_remove" "$key"'
	noticed
	each '^packs/.*pack$' eval '"${kind}_change" "$key" shorten'
	noticed
	each '^roots/' eval '"${kind}_remove" "$key"'
	noticed
	each '^large/.*' eval '"${kind}_remove" "$key"'
	noticed
	each . eval '"${kind}_remove" "$key"'
	noticed
	# Of the right length, with wrong bytes: only who reads can tell.
	each '^\(packs\|objects\|large\|nodes\)/' eval '"${kind}_change" "$key" flip'
	[ "$(mlv push)" = "Everything is up to date." ]
	mlv push --verify && exit 1
	mlv status -c --verify -q && exit 1
	mlv push -q --repair
	mlv push -q --verify
	mlv status -c --verify -q
	clone_has_all
}

over() {
	cd /
	# Not within a condition: there, set -e would not hold.
	(steps) >"$work/log" 2>&1
	if [ $? = 0 ]; then
		echo "ok - changes behind our back, of $1"
	else
		tail -n 40 "$work/log" | sed 's/^/# /'
		echo "not ok - changes behind our back, of $1"
		status=1
	fi
	rm -rf "$work/first" "$work/second"
}

begin() {
	git init -q "$work/first" && cd "$work/first" && mlv init -q && mlv remote add -q -d store "$1"
}

status=0
kind=dir
place=$work/store
begin "$place"
over "a directory"
if has_nginx "changes behind our back, of a web server"; then
	start_nginx
	place=$work/nginx/root/dav/store
	begin "$url/dav/store"
	over "a web server"
fi
if has_sshd "changes behind our back, of a server of SSH"; then
	start_sshd
	place=$work/sshd/area/store
	begin "$url/store"
	over "a server of SSH"
fi
has_swift "changes behind our back, of a bucket" || exit $status
start_swift
kind=swift
begin s3://mlv/store
mlv remote modify -q store endpointurl "$url"
over "a bucket"
exit $status
