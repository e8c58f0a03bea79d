# What the settings of a bucket make of its requests: their headers.
. "$SRC/tests/servers/aws.sh"
export AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED
# sent HEADER...: each kind of request that carries one of these headers, with it.
sent() {
	: >aws/rules
	for header; do echo show $header >>aws/rules; done
	: >aws/log
	n=$((n + 1)) && echo $n >data && mlv add -q data && mlv push -q
	rm -rf .mlv/state .mlv/cache/objects data && mlv pull -q
	sed -E 's/^s3 ([A-Z]+) [^ ]* by [^ ]*/\1/' aws/log | sort -u
	rm aws/rules
}
set_to() { mlv remote modify --local store "$@"; }
set_to acl bucket-owner-full-control && set_to grant_read id=ada && set_to sse aws:kms
set_to grant_read_acp id=b && set_to grant_write_acp id=c && set_to grant_full_control id=d
set_to sse_kms_key_id alias/k && set_to storage_class STANDARD_IA
sent x-amz-acl x-amz-grant-read x-amz-grant-read-acp x-amz-grant-write-acp x-amz-grant-full-control \
	x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id x-amz-storage-class
for option in acl grant_read grant_read_acp grant_write_acp grant_full_control sse sse_kms_key_id storage_class; do
	set_to -u $option
done
set_to requester_pays yes && sent x-amz-request-payer && set_to -u requester_pays
echo "-- a context for KMS"
set_to sse aws:kms && set_to sse_kms_encryption_context '{"project": "vision"}'
sent x-amz-server-side-encryption x-amz-server-side-encryption-context
printf eyJwcm9qZWN0IjogInZpc2lvbiJ9 | base64 -d && echo
for context in '{"project": 1}' '[]' 'project=vision'; do
	set_to sse_kms_encryption_context "$context" && mlv push
done
set_to -u sse_kms_encryption_context && set_to -u sse
echo "-- whose the bucket has to be"
echo owner 123456789012 >aws/rules
mlv config remote.store.expected_bucket_owner 123456789012
mlv push && mlv status -c
mlv config remote.store.expected_bucket_owner 999999999999
mlv push || echo "status $?"
mlv config --unset remote.store.expected_bucket_owner
mlv push && sent x-amz-expected-bucket-owner
echo "-- a key of one's own"
# By openssl: printf 0123456789abcdef0123456789abcdef | base64, and ... | openssl md5 -binary | base64.
set_to sse_customer_key MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=
prefix=x-amz-server-side-encryption-customer
sent $prefix-algorithm $prefix-key $prefix-key-md5 | sed "s/$prefix/CUSTOMER/g"
set_to endpointurl http://s3.example.org && mlv push; set_to endpointurl $url
for key in geheim MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWZmZg== MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY; do
	set_to sse_customer_key $key && mlv push
done
set_to -u sse_customer_key
echo "-- words that they may not be"
set_to sse_customer_algorithm DES
set_to requester_pays maybe
