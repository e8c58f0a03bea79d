# Each command works with just the rights that mlv-remote(1) lists for it, and says which one is missing.
. "$SRC/tests/servers/aws.sh"
export MLV_TEST_CLOCK=virtual
as() {
	AWS_ACCESS_KEY_ID=AKIA-$1 AWS_SECRET_ACCESS_KEY=geheim-AKIA-$1
	export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	shift
	"$@" 2>&1 | grep -v -e '^A	' -e '^missing:'
	: >aws/log
}
mkdir many && for i in $(seq 40); do echo $i >many/$i; done
mlv add -q many
echo "-- push"
for rights in ListBucket GetObject PutObject; do
	echo "$rights: "; as $rights mlv push
done
as GetObject-PutObject mlv push
as GetObject-PutObject mlv push
as GetObject mlv push
echo "-- an ACL is a right of its own"
mlv remote modify --local store acl private && echo more >>data && mlv add -q data
as GetObject-PutObject mlv push
as GetObject-PutObject-PutObjectAcl mlv push
mlv remote modify --local -u store acl
echo "-- status, fsck"
as GetObject mlv status -c
as PutObject-ListBucket mlv status -c
as GetObject mlv fsck -r store
echo "-- pull"
gone() { rm -rf .mlv/cache .mlv/state data many; }
gone
as ListBucket mlv pull
as PutObject mlv pull
as GetObject mlv pull
gone
as GetObject mlv pull data
as GetObject mlv cat many/7
echo "-- nobody"
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
mlv push 2>&1 || echo "status $?"
echo "-- gc"
rm -rf many many.mlv && echo other >data && mlv add -q data
as GetObject-PutObject mlv gc -c -w -f --all-roots --grace 0
as GetObject-PutObject-ListBucket mlv gc -c -w -f --all-roots --grace 0
as GetObject-PutObject-ListBucket-DeleteObject mlv gc -c -w -f --all-roots --grace 0
