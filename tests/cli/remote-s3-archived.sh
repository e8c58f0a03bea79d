# What the store has moved to an archive can be looked at, but not read: it is said, and nothing is asked again.
. "$SRC/tests/servers/aws.sh"
export AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED
head -c 20000000 /dev/zero >large && mlv add -q large
mlv push
rm -rf .mlv/cache .mlv/state data large
for prefix in p/objects/ p/large/ p/format; do
	echo "-- $prefix"
	echo archived $prefix >aws/rules && : >aws/log
	mlv pull || echo "status $?"
	grep "GET /bucket/$prefix" aws/log | sort | uniq -c
done
mlv status -c || echo "status $?"
rm aws/rules
mlv pull
