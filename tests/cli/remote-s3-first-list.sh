# A server that knows only the first version of lists is listed by it, a page after the other.
. "$SRC/tests/servers/aws.sh"
export AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED AWS_ENDPOINT_URL=$url
for i in 1 2 3 4 5; do echo $i >"a b&%ü$i"; done
mlv add -q a* && mlv push -q
mlv ls-url -R s3://bucket/p >all
echo first >aws/rules
mlv ls-url -R s3://bucket/p | cmp - all && wc -l <all
rm a*.mlv
mlv gc -c -w -f --all-roots --grace 0 | grep -v cache
mlv ls-url -R s3://bucket/p | grep objects
