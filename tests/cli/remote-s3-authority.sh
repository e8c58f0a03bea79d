# A server's certificate is that of an authority that the user named, for the bucket and for who gives keys alike.
# not under odd settings: a path that holds a newline is no value of a setting
command -v openssl >/dev/null || { echo "openssl is not installed" >&2; exit 77; }
for name in good other; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost -keyout $name.key -out $name.crt 2>/dev/null
done
cat good.key good.crt >both.pem
export TLS="$PWD/both.pem" MLV_TEST_CLOCK=virtual
. "$SRC/tests/servers/aws.sh"
set_to() { mlv remote modify --local store "$@"; }
push() {
	echo "-- ${*##*/}"
	env "$@" AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED mlv push >said 2>&1
	echo "status $?, $(grep -q -i certificate said && echo told, as a certificate)"
}
push A=none
push AWS_CA_BUNDLE="$PWD/good.crt"
push AWS_CA_BUNDLE="$PWD/other.crt"
for name in good other; do
	printf '[default]\nca_bundle = %s\n' "$PWD/$name.crt" >bundle
	push AWS_CONFIG_FILE="$PWD/bundle" CURL_CA_BUNDLE="$PWD/good.crt"
done
push AWS_CONFIG_FILE="$PWD/bundle" AWS_CA_BUNDLE="$PWD/good.crt"
echo "-- as curl and OpenSSL are told"
push CURL_CA_BUNDLE="$PWD/good.crt"
push SSL_CERT_FILE="$PWD/good.crt"
push SSL_CERT_FILE="$PWD/other.crt"
push CURL_CA_BUNDLE="$PWD/other.crt" SSL_CERT_FILE="$PWD/good.crt"
push AWS_CA_BUNDLE="$PWD/good.crt" SSL_CERT_FILE="$PWD/other.crt"
set_to ca_file "$PWD/good.crt" && push A=ca_file && set_to -u ca_file
set_to ssl_verify "$PWD/good.crt" && push A=ssl_verify
set_to ssl_verify no && push A=not-verified
cat said
echo "-- who gives keys is verified all the same"
keys <<-K
	[base]
	aws_access_key_id = AKIABASE
	aws_secret_access_key = geheim-AKIABASE
K
profile <<-C
	[profile role]
	role_arn = arn:aws:iam::1:role/r
	source_profile = base
C
: >aws/log
AWS_PROFILE=role AWS_ENDPOINT_URL_STS=$url mlv push >said 2>&1
echo "status $?, $(grep -q -i certificate said && echo told, as a certificate)"
asked
set_to ssl_verify "$PWD/good.crt" && AWS_PROFILE=role AWS_ENDPOINT_URL_STS=$url mlv push
asked
