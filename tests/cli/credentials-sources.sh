# Each source of the AWS tools gives keys, in their order; who gives is asked once.
. "$SRC/tests/servers/aws.sh"
FIXED="AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED"
STS=AWS_ENDPOINT_URL_STS=$url SSO=AWS_ENDPOINT_URL_SSO=$url
IMDS=AWS_EC2_METADATA_SERVICE_ENDPOINT=$url
BOX="AWS_CONTAINER_CREDENTIALS_FULL_URI=$url/container AWS_CONTAINER_AUTHORIZATION_TOKEN=CONTAINERTOKEN"
try $FIXED $BOX $IMDS
try $BOX $IMDS
printf CONTAINERTOKEN >token
try AWS_CONTAINER_CREDENTIALS_FULL_URI=$url/container AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token $IMDS
try AWS_CONTAINER_CREDENTIALS_FULL_URI=$url/open
try $IMDS
echo old >aws/rules
try $IMDS/
try $IMDS AWS_EC2_METADATA_V1_DISABLED=true
try $IMDS AWS_EC2_METADATA_DISABLED=true
rm aws/rules
keys <<-K
	[default]
	aws_access_key_id = AKIADEFAULT
	aws_secret_access_key = geheim-AKIADEFAULT
	[base]
	aws_access_key_id = AKIABASE
	aws_secret_access_key = geheim-AKIABASE
K
mkdir -p ~/.aws/sso/cache && echo WEBTOKEN >web
cache() { printf '{"accessToken": "SSOTOKEN", "expiresAt": "%s"}' "$2" >~/.aws/sso/cache/$(printf %s "$1" | sha1sum | cut -d ' ' -f 1).json; }
cache corp 2999-01-01T00:00:00Z
cache https://old.example.org/start 2999-01-01T00:00:00UTC
profile <<-C
	[profile role]
	role_arn = arn:aws:iam::123456789012:role/one
	source_profile = base
	external_id = who+we are
	role_session_name = ada
	duration_seconds = 900
	[profile chained]
	role_arn = arn:aws:iam::123456789012:role/two
	source_profile = role
	[profile by-environment]
	role_arn = arn:aws:iam::123456789012:role/three
	credential_source = Environment
	[profile by-container]
	role_arn = arn:aws:iam::123456789012:role/four
	credential_source = EcsContainer
	[profile by-instance]
	role_arn = arn:aws:iam::123456789012:role/five
	credential_source = Ec2InstanceMetadata
	[profile web]
	role_arn = arn:aws:iam::123456789012:role/six
	web_identity_token_file = web
	[profile sso]
	sso_session = corp
	sso_account_id = 123456789012
	sso_role_name = Reader
	[sso-session corp]
	sso_start_url = https://corp.example.org/start
	sso_region = eu-west-1
	[profile old-sso]
	sso_start_url = https://old.example.org/start
	sso_region = eu-west-1
	sso_account_id = 123456789012
	sso_role_name = Reader
	[profile "a program"]
	credential_process = /bin/sh -c 'echo "{\"Version\": 1, \"AccessKeyId\": \"AKIAPROGRAM\", \"SecretAccessKey\": \"geheim-AKIAPROGRAM\"}"'
	[profile services]
	role_arn = arn:aws:iam::123456789012:role/seven
	source_profile = base
	services = here
	[services here]
	sts =
	  endpoint_url = $url
	[profile empty]
	region = us-east-1
C
try $BOX
try AWS_PROFILE=base $BOX
try AWS_PROFILE=role $STS $BOX
try AWS_PROFILE=chained $STS
try AWS_PROFILE=by-container $STS $BOX
try AWS_PROFILE=by-instance $STS $IMDS
try AWS_PROFILE=web $STS
try AWS_WEB_IDENTITY_TOKEN_FILE=web AWS_ROLE_ARN=arn:aws:iam::1:role/r $STS $BOX
try AWS_PROFILE=sso $SSO
try AWS_PROFILE=old-sso $SSO
try "AWS_PROFILE=a program"
try AWS_PROFILE=services
try AWS_PROFILE=empty $BOX
try AWS_PROFILE=base $FIXED
mlv remote modify --local store profile by-environment
try $FIXED $STS
mlv remote modify --local store profile base
try $FIXED
