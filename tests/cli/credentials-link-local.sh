# Containers and instances at their own addresses, in a network of this test's own; no proxy is asked, and no answer not waited for.
if [ "$1" != inside ]; then
	command -v ip >/dev/null && unshare -rn true 2>/dev/null || { echo "no network of one's own here" >&2; exit 77; }
	exec unshare -rn sh "$0" inside
fi
for address in 169.254.169.254 169.254.170.2 169.254.170.23; do
	ip link set lo up && ip addr add $address/32 dev lo
done
set -- 169.254.169.254:80 169.254.170.2:80 169.254.170.23:80
. "$SRC/tests/servers/aws.sh"
export AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED
mlv push && : >aws/log
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
try
try AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/open
try AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/open
try AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.169.254/open
echo "-- a proxy is not asked for them"
try http_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1
echo "-- an answer that does not come, and an address that is not there"
echo hang instance >aws/rules
start=$(date +%s)
mlv push 2>&1
ip addr del 169.254.169.254/32 dev lo
mlv push 2>&1
[ $(($(date +%s) - start)) -le 4 ] || echo "it waited $(($(date +%s) - start)) s"
