# Keys of a list that climb, or are none, are neither asked for nor written; a list without end ends.
. "$SRC/tests/servers/aws.sh"
export AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED AWS_ENDPOINT_URL=$url
mlv push -q && : >aws/log
mkdir -p out/in && cd out/in
for key in raw/../../up raw/../up raw/%2e%2e/up /raw/up raw//up raw/./up raw/a%00b raw/a%0ab raw/.. other/up raw/%2Fup raw/a%5cb; do
	echo "listed $key" >../../aws/rules
	echo "-- $key"
	for cmd in "ls-url -R" get-url; do
		mlv $cmd s3://bucket/raw 2>&1 | grep -v '^$'
	done
done
cd ../..
echo "-- nothing was asked for, nothing written"
find out -type f
cut -d ' ' -f 2,3 aws/log | sort -u
echo "-- a page that comes again"
printf 'listed raw/a\nstuck\n' >aws/rules
mlv ls-url s3://bucket/raw 2>&1 | tail -2
echo "-- a push does not believe it either"
echo "listed p/objects/../../../etc/passwd" >aws/rules
seq 20 | while read -r i; do echo $i >f$i; done
mlv add -q f* && mlv push 2>&1
rm aws/rules
mlv push
