# A session of single sign-on that ends is renewed, and kept for the AWS tools; one that cannot be is used while it lasts.
. "$SRC/tests/servers/aws.sh"
session=~/.aws/sso/cache/$(printf corp | sha1sum | cut -d ' ' -f 1).json
mkdir -p ~/.aws/sso/cache
profile <<-C
	[profile sso]
	sso_session = corp
	sso_account_id = 123456789012
	sso_role_name = Reader
	[sso-session corp]
	sso_start_url = https://corp.example.org/start
	sso_region = eu-west-1
C
in_minutes() { date -u -d "$1 minutes" +%Y-%m-%dT%H:%M:%SZ; }
# login TOKEN MINUTES [RENEWAL [CLIENT-ENDS]]
login() {
	(umask 077 && cat >"$session") <<-J
	{"startUrl": "https://corp.example.org/start", "region": "eu-west-1", "accessToken": "$1",
	 "expiresAt": "$(in_minutes "$2")", "clientId": "CLIENT", "clientSecret": "CLIENTSECRET",
	 "refreshToken": "$3", "registrationExpiresAt": "${4:-2999-01-01T00:00:00Z}"}
	J
}
export AWS_ENDPOINT_URL_SSO=$url AWS_ENDPOINT_URL_SSO_OIDC=$url AWS_PROFILE=sso
echo "== lasts"
login SSOTOKEN 60 RENEWAL1
try
echo "== has ended"
login OLD -1 RENEWAL1
try
sed -E 's/"20[^"]*Z"/"SOON"/' "$session"
stat -c %a "$session"
echo "== what was kept is good"
try
echo "== ends soon: renewed by what was kept"
sed -i -E "s/(expiresAt\": )\"[^\"]*/\1\"$(in_minutes 5)/" "$session"
try
grep -o RENEWAL. "$session"
echo "== ends soon, and cannot be renewed"
echo say oidc 500 >aws/rules
sed -i -E "s/(expiresAt\": )\"[^\"]*/\1\"$(in_minutes 5)/" "$session"
try MLV_TEST_CLOCK=virtual
rm aws/rules
echo "== has ended, and is not renewed any more"
login OLD -1 RENEWAL1
try
login OLD -1 RENEWAL3 2020-01-01T00:00:00Z
try
echo "== lists in the file are left as they are"
login OLD -1 RENEWAL3
sed -i 's/{/{"scopes": ["a"], /' "$session"
try 2>&1 | sed 's,cache/[0-9a-f]*,cache/ID,'
grep -c OLD "$session"
echo "== an answer that makes no sense"
login OLD -1 RENEWAL4
echo life -5 >aws/rules
try
