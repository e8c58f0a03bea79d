# shellcheck shell=sh
# A file that is sent in parts wants no right beyond those that small ones want.
work=$(mktemp -d) && cd "$work" || exit 1
. "$SRC/tests/servers/aws.sh" >/dev/null
trap 'kill $server; rm -rf "$work"' EXIT
truncate -s 65M large && mlv add -q large
result() { [ "$2" = 0 ] && echo "ok - $1" || { echo "not ok - $1"; status=1; }; }
export AWS_ACCESS_KEY_ID=AKIA-GetObject-PutObject AWS_SECRET_ACCESS_KEY=geheim-AKIA-GetObject-PutObject
mlv push -q
result "parts are sent by who may read and write" $?
rm -rf .mlv/cache .mlv/state large
export AWS_ACCESS_KEY_ID=AKIA-GetObject AWS_SECRET_ACCESS_KEY=geheim-AKIA-GetObject
mlv pull -q && [ "$(stat -c %s large)" = 68157440 ]
result "and are read by who may read" $?
exit ${status:-0}
