# A remote that came with a clone gets no credentials of any source, nobody is asked for some, and nothing is run for it.
. "$SRC/tests/servers/aws.sh"
mlv remote add -q open s3://public/p && mlv remote modify --local open endpointurl $url
export AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED
mlv push && mlv push -r open && : >aws/log
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
mlv remote remove open
sed -i "/url = /a\\	endpointurl = $url" .mlv/config
git add .mlv .gitignore data.mlv && git commit -qm one
top=$PWD && git clone -q . ~/clone && cd ~/clone && ln -s "$top/aws" aws
keys <<-K
	[fixed]
	aws_access_key_id = AKIAFIXED
	aws_secret_access_key = geheim-AKIAFIXED
K
profile <<-C
	[profile role]
	role_arn = arn:aws:iam::1:role/r
	source_profile = fixed
	[profile program]
	credential_process = touch $top/ran
	[profile sso]
	sso_start_url = https://corp.example.org/start
C
all() {
	for name in fixed role program sso; do
		try AWS_PROFILE=$name AWS_ENDPOINT_URL_STS=$url
	done
	try AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED
	try AWS_WEB_IDENTITY_TOKEN_FILE=x AWS_ROLE_ARN=y
	try AWS_CONTAINER_CREDENTIALS_FULL_URI=$url/open
	try AWS_EC2_METADATA_SERVICE_ENDPOINT=$url
}
all
ls "$top/ran" 2>/dev/null
echo "-- who has none, or only what was not asked for, is told of trust too, with the command for where it is of"
try AWS_EC2_METADATA_DISABLED=true
git clone -q --bare "$top" ~/bare
(cd / && AWS_EC2_METADATA_DISABLED=true mlv get "file://$HOME/bare" data -o ~/got 2>&1)
asked
echo "-- what anyone may read needs no trust"
sed -i s,bucket/p,public/p, .mlv/config
export AWS_EC2_METADATA_SERVICE_ENDPOINT=$url
mlv pull 2>&1
asked
rm -r data .mlv/cache/objects
mlv remote modify --local store allow_anonymous_login on
AWS_PROFILE=program mlv pull 2>&1
asked
mlv remote modify --local -u store allow_anonymous_login
sed -i s,public/p,bucket/p, .mlv/config
echo "-- neither a key of the user's own to encrypt with, nor a certificate, is for it"
for own in "sse_customer_key $(head -c 32 /dev/zero | base64)" "cert_path /none/cert.pem"; do
	# shellcheck disable=SC2086 # an option and its value
	mlv remote modify --local store $own
	AWS_EC2_METADATA_DISABLED=true mlv fetch 2>&1 | shown
	mlv remote modify --local -u store "${own%% *}"
done
asked
echo "-- once it is trusted"
mlv remote trust store | shown
try AWS_PROFILE=role AWS_ENDPOINT_URL_STS=$url
try AWS_EC2_METADATA_SERVICE_ENDPOINT=$url
echo "-- what a repository may not set is ignored: it chooses no profile, file, proxy or authority, and weakens nothing"
for option in profile=program credentialpath=x configpath=x proxy=http://127.0.0.1:1 ca_file=/x acl=public-read \
	grant_read=id=evil requester_pays=true storage_class=GLACIER ssl_verify=false use_ssl=false access_key_id=AKIAEVIL; do
	sed -i "/endpointurl = /a\\	${option%%=*} = ${option#*=}" .mlv/config
done
echo show x-amz-acl >aws/rules
AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED mlv push 2>&1 | sed 's/.*config:[0-9]*: //' | shown
asked
ls "$top/ran" 2>/dev/null
