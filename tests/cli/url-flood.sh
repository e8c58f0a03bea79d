# A list without end is not taken into memory: it is refused, and what cannot be had is said.
# not under ThreadSanitizer: lists of 330,000 names take it minutes
. "$SRC/tests/servers/aws.sh"
export AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED AWS_ENDPOINT_URL=$url
echo flood >aws/rules
for command in "ls-url -R" get-url; do
	echo "-- $command"
	mlv $command s3://bucket/raw 2>&1 | grep -v '^$'
done
LC_ALL=C ls -a
echo "-- of a directory its name is enough"
printf 'listed raw/a/1\nlisted raw/a/2\nlisted raw/b\nlisted raw/c/3/4\nlisted raw/c/5\n' >aws/rules
mlv ls-url --size s3://bucket/raw
mlv ls-url -R s3://bucket/raw
echo "-- however much it holds"
echo wide 340 >aws/rules
mlv ls-url s3://bucket/raw
