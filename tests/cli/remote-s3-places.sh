# Where requests to a bucket go, and by whose keys: regions, hosts, proxies, files.
# not under odd settings: a path in the configuration holds no newline
. "$SRC/tests/servers/aws.sh"
export AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED
set_to() { mlv remote modify --local store "$@"; }
mlv push
echo "-- the region is learned"
echo region eu-north-1 >aws/rules && mlv push
echo "show authorization" >>aws/rules && : >aws/log && AWS_REGION=eu-north-1 mlv push && grep -c eu-north-1 aws/log
set_to region eu-north-1 && : >aws/log && AWS_REGION=x mlv push && grep -c eu-north-1 aws/log
rm aws/rules && set_to -u region
echo "-- where nothing says it, it is that of the instance that gives the keys"
guess() {
	: >aws/log
	env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY AWS_EC2_METADATA_SERVICE_ENDPOINT=$url "$@" mlv -v push 2>&1 |
		grep -c 'format: 400'
	grep -c placement/region aws/log
}
printf 'region eu-north-1\nplaced eu-north-1\n' >aws/rules
guess A=
guess AWS_DEFAULT_REGION=eu-south-2
echo placed x_y >>aws/rules && guess A=
printf 'region eu-north-1\n' >aws/rules && guess A=
rm aws/rules
echo "-- bucket in the path, or in the host's name"
echo show host >aws/rules
set_to endpointurl http://s3.localhost:$port
for style in true false; do
	set_to pathstyle $style && : >aws/log && mlv push && sed "s/:$port//" aws/log | head -n 1
done
set_to -u pathstyle
for style in path virtual auto; do
	printf '[default]\ns3 =\n  addressing_style = %s\n' $style >style
	: >aws/log && AWS_CONFIG_FILE=$PWD/style mlv push -q && sed "s/:$port//" aws/log | head -n 1
done
set_to pathstyle true && : >aws/log && AWS_CONFIG_FILE=$PWD/style mlv push -q && sed "s/:$port//" aws/log | head -n 1
set_to -u pathstyle
echo "-- endpoints that are configured are ignored, but that of the remote's own settings"
set_to -u endpointurl && set_to use_ssl false
host() {
	: >aws/log
	env "$@" http_proxy=$url mlv push >/dev/null 2>&1
	sed "s/:$port//" aws/log | head -n 1
}
host AWS_ENDPOINT_URL_S3=http://s3.example.org AWS_ENDPOINT_URL=http://example.org
host AWS_ENDPOINT_URL=http://example.org
host AWS_ENDPOINT_URL_S3=http://s3.example.org AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true
host AWS_ENDPOINT_URL_S3=http://s3.example.org AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false
printf '[default]\nendpoint_url = http://s3.example.org\n' >profile
host AWS_CONFIG_FILE=$PWD/profile
host AWS_CONFIG_FILE=$PWD/profile AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=TRUE
echo 'ignore_configured_endpoint_urls = true' >>profile
host AWS_CONFIG_FILE=$PWD/profile
host AWS_CONFIG_FILE=$PWD/profile AWS_ENDPOINT_URL=http://example.org
set_to endpointurl http://s3.example.org
host AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true
set_to -u use_ssl
echo "-- a proxy, by the environment or the user's own settings"
set_to endpointurl http://s3.example.org
: >aws/log && http_proxy=$url mlv push && head -n 1 aws/log
set_to proxy $url && : >aws/log && mlv push && head -n 1 aws/log
: >aws/log && AWS_ACCESS_KEY_ID= AWS_EC2_METADATA_SERVICE_ENDPOINT=$url AWS_SECRET_ACCESS_KEY= mlv -v push 2>&1 | shown | grep -v GET
set_to -u proxy && set_to endpointurl $url
: >aws/log && http_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1 mlv push
echo "-- nobody, by wish"
set_to allow_anonymous_login true && mlv push; set_to -u allow_anonymous_login
echo "-- a session's token, and another place for the files"
set_to access_key_id AKIAFIXED && set_to secret_access_key geheim-AKIAFIXED && set_to session_token geheim-t
mlv push; for option in access_key_id secret_access_key session_token; do set_to -u $option; done
printf '[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = geheim-AKIAOTHER\n' >keys && chmod 600 keys
printf '[profile other]\nregion = eu-south-2\n' >config
echo region eu-south-2 >aws/rules
set_to credentialpath "$PWD/keys" && set_to configpath "$PWD/config" && set_to profile other
: >aws/log && mlv push && head -n 1 aws/log
