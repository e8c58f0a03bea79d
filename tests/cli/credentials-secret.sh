# No secret stands in what mlv writes or runs, whatever source it came from, and with all details told.
. "$SRC/tests/servers/aws.sh"
mkdir seen tmp && export TMPDIR="$PWD/tmp"
secrets() { grep -rla -e geheim -e SSOTOKEN -e WEBTOKEN -e CONTAINERTOKEN "$@"; }
keys <<-K
	[fixed]
	aws_access_key_id = AKIAFIXED
	aws_secret_access_key = geheim-AKIAFIXED
K
profile <<-C
	[profile role]
	role_arn = arn:aws:iam::1:role/r
	source_profile = fixed
	[profile web]
	role_arn = arn:aws:iam::1:role/r
	web_identity_token_file = ../web
	[profile sso]
	sso_session = corp
	sso_account_id = 123456789012
	sso_role_name = Reader
	[sso-session corp]
	sso_start_url = https://corp.example.org/start
	sso_region = eu-west-1
	[profile program]
	credential_process = cat ../program
C
mkdir -p ~/.aws/sso/cache
printf '{"accessToken": "SSOTOKEN", "expiresAt": "2999-01-01T00:00:00Z"}' >~/.aws/sso/cache/$(printf corp | sha1sum | cut -d ' ' -f 1).json
# The tokens lie outside of the repository, in which they are looked for.
mkdir repo && mv .mlv .git .gitignore data data.mlv tmp seen repo/
echo WEBTOKEN >web
echo '{"Version": 1, "AccessKeyId": "AKIAPROGRAM", "SecretAccessKey": "geheim-AKIAPROGRAM"}' >program
cd repo
export TMPDIR="$PWD/tmp"
all() {
	n=$((n + 1))
	echo $n >data && mlv add -q data
	mlv -v push >seen/$n.push 2>&1 || cat seen/$n.push
	rm -rf .mlv/cache/objects .mlv/state data
	mlv -v pull >seen/$n.pull 2>&1 || cat seen/$n.pull
	MLV_TEST_CLOCK=virtual mlv -v pull -r broken >seen/$n.broken 2>&1
	echo "$1: $(grep -c ': 200$' seen/$n.push) answers seen"
}
mlv remote add -q broken s3://nowhere/p && mlv remote modify --local broken endpointurl "$url"
export AWS_ENDPOINT_URL_STS="$url" AWS_ENDPOINT_URL_SSO="$url"
for name in fixed role web sso program; do
	AWS_PROFILE=$name all $name
done
(AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED all environment)
AWS_CONTAINER_CREDENTIALS_FULL_URI=$url/container AWS_CONTAINER_AUTHORIZATION_TOKEN=CONTAINERTOKEN all container
AWS_EC2_METADATA_SERVICE_ENDPOINT=$url all instance
mlv remote modify --local store access_key_id AKIAFIXED
mlv remote modify --local store secret_access_key geheim-AKIAFIXED
all settings
mlv remote modify --local store session_token geheim-token
mlv push >seen/token 2>&1; tail -n 2 seen/token
secrets . ~/.config ~/.cache 2>/dev/null
echo "-- nothing is shown of the settings, and nothing goes into the repository's"
mlv config --list | grep -e key -e token
mlv remote modify store secret_access_key geheim
mlv config remote.store.session_token geheim
mlv config remote.store.sse_customer_key geheim
secrets .mlv/config
echo "-- no program gets one on its command line"
if command -v strace >/dev/null; then
	strace -f -qq -e trace=execve -o seen/calls mlv push >/dev/null 2>&1
	AWS_PROFILE=program strace -f -qq -e trace=execve -s 1000 -o seen/calls mlv push -r broken >/dev/null 2>&1
	grep -c execve.*geheim seen/calls
else
	echo 0
fi
echo "-- what others may read is told"
chmod 644 ~/.aws/credentials .mlv/config.local
AWS_PROFILE=fixed mlv push >seen/modes 2>&1
grep others seen/modes | sed 's,warning: .*/repo/\(.*\) holds,warning: \1 holds,; s,warning: .*/.aws/\(.*\) holds,warning: \1 holds,; s,chmod 600 .*/\(.mlv/config.local\|credentials\)$,chmod 600 \1,'
