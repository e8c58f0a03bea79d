# Sources that cannot give: what is wrong is told, with what to do, and no other source is tried in its place.
. "$SRC/tests/servers/aws.sh"
STS=AWS_ENDPOINT_URL_STS=$url SSO=AWS_ENDPOINT_URL_SSO=$url IMDS=AWS_EC2_METADATA_SERVICE_ENDPOINT=$url
export MLV_TEST_CLOCK=virtual
keys <<-K
	[default]
	aws_access_key_id = AKIADEFAULT
	aws_secret_access_key = geheim-AKIADEFAULT
	[half]
	aws_access_key_id = AKIAHALF
K
role() { printf '[profile %s]\nrole_arn = arn:aws:iam::1:role/r\n' "$1"; }
profile <<-C
	$(role bare)
	$(role both)
	source_profile = default
	credential_source = Environment
	$(role lost)
	source_profile = nobody
	$(role one)
	source_profile = two
	$(role two)
	source_profile = one
	$(role itself)
	source_profile = itself
	$(role mfa)
	source_profile = default
	mfa_serial = arn:aws:iam::1:mfa/ada
	$(role fine)
	source_profile = default
	$(role weak)
	source_profile = default
	services = clear
	[services clear]
	sts =
	  endpoint_url = http://sts.example.org
	$(role odd)
	source_profile = default
	credential_sauce = Environment
	region = evil.org/
	$(role source)
	credential_source = Nowhere
	$(role empty)
	credential_source = Environment
	[profile sso]
	sso_session = corp
	sso_account_id = 123456789012
	sso_role_name = Reader
	[profile other-role]
	sso_session = corp
	sso_account_id = 123456789012
	sso_role_name = Writer
	[profile no-session]
	sso_session = nobody
	[profile sso-part]
	sso_start_url = https://corp.example.org/start
	[sso-session corp]
	sso_start_url = https://corp.example.org/start
	sso_region = eu-west-1
	[profile fails]
	credential_process = false
	[profile here]
	credential_process = ./program
	[profile quote]
	credential_process = printf 'x
	[profile missing]
	credential_process = no-such-program
	[profile text]
	credential_process = echo geheim-in-words
	[profile part]
	credential_process = /bin/sh -c 'echo "{\"Version\": 1, \"AccessKeyId\": \"AKIAPART\", \"Secret\": \"geheim\"}"'
	[profile time]
	credential_process = /bin/sh -c 'echo "{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"geheim\", \"Expiration\": \"soon\"}"'
	[profile version]
	credential_process = /bin/sh -c 'echo "{\"Version\": 2, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"geheim\"}"'
	[profile flood]
	credential_process = yes
	[profile token]
	web_identity_token_file = none
	role_arn = arn:aws:iam::1:role/r
	[profile tokens]
	web_identity_token_file = wrong
C
printf '#!/bin/sh\ntouch ran\n' >program && chmod +x program
for name in nobody half bare both lost one itself source empty mfa weak odd; do
	try AWS_PROFILE=$name $IMDS
done
echo 'say sts 403' >aws/rules && try AWS_PROFILE=fine $STS
rm aws/rules
try AWS_PROFILE=sso $SSO
mkdir -p ~/.aws/sso/cache
cache() { printf '{"accessToken": "%s", "expiresAt": "%s"}' "$1" "$2" >~/.aws/sso/cache/$(printf corp | sha1sum | cut -d ' ' -f 1).json; }
cache SSOTOKEN 2020-01-01T00:00:00Z
try AWS_PROFILE=sso $SSO
cache geheim 2999-01-01T00:00:00Z
try AWS_PROFILE=sso $SSO
cache SSOTOKEN 2999-01-01T00:00:00Z
try AWS_PROFILE=other-role $SSO
echo geheim >~/.aws/sso/cache/$(printf corp | sha1sum | cut -d ' ' -f 1).json
AWS_PROFILE=sso mlv push 2>&1 | sed 's,cache/[0-9a-f]*,cache/ID,'
for name in no-session sso-part fails here quote missing text part time version flood token tokens; do
	try AWS_PROFILE=$name $SSO
done
ls ran 2>&1
echo geheim >wrong
try AWS_WEB_IDENTITY_TOKEN_FILE=wrong AWS_ROLE_ARN=arn:aws:iam::1:role/r $STS
for uri in http://example.org/x http://169.254.1.1/x ftp://127.0.0.1/x $url/container; do
	try AWS_CONTAINER_CREDENTIALS_FULL_URI=$uri HOME=/nowhere
done
try AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=@example.org/x HOME=/nowhere
printf 'geheim\nX-More: y' >token
try AWS_CONTAINER_CREDENTIALS_FULL_URI=$url/container AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token HOME=/nowhere
rm -r ~/.aws/credentials && mkdir ~/.aws/credentials
try $IMDS
