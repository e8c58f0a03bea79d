# Keys that a server says have ended are renewed within the command, once for all that is under way.
. "$SRC/tests/servers/aws.sh"
mkdir many
for i in $(seq 60); do echo $i >many/$i && truncate -s 140000 many/$i; done
mlv add -q many
export AWS_CONTAINER_CREDENTIALS_FULL_URI=$url/open
echo uses 20 >aws/rules
mlv -j 3 push
given=$(grep -c container aws/log) made=$(grep -c '^s3' aws/log)
[ "$given" -gt 2 ] && [ "$given" -le $((made / 20 + 1)) ] || echo "$given keys for $made requests"
: >aws/log
echo "-- new ones that have ended, too, are not asked for without end"
echo ended 1000 >aws/rules
mlv push 2>&1
sed 's/ .*//' aws/log && : >aws/log
echo "-- what lasts a second, or by the clock has ended, is used"
for life in 1 -100; do
	echo life $life >aws/rules
	mlv push
	asked | sed 's/[0-9]*$//' | sort -u
done
