#!/bin/sh
# nginx.sh start DIR | stop DIR: a web server with WebDAV on a free loopback port, below DIR.
# "start" prints "ready URL" once it answers. Below URL:
#   /dav/     PUT, DELETE, MKCOL, MOVE; missing parents are made
#   /flat/    the same, but parents must be there
#   /plain/   PUT and DELETE alone; parents are made
#   /auth/    as /dav/, for the user mlv with the password secret
#   /bearer/  as /dav/, for the token tok123
#   /ro/      GET alone
#   /slow/X   /dav/X, for reading, at 40 MiB/s
#   /norange/ GET without ranges
#   /page/    an HTML page, whatever is asked for
#   /jump/X   redirects to the second server, which shows the credentials that it gets
#   /back/X   redirects to /dav/X;  /loop/X to itself;  /evil/ to file:///etc/passwd
#   /busy/    503 with Retry-After: 1
# DIR/urls has the URLs of the first and second server, of the https one (with HTTP/2), and the path of its CA; of
# servers whose certificate is for another name, expired, signed by itself; of one that wants a client's
# certificate (/jump there redirects to one that shows who asks), and the paths of one and its key.
# DIR/protocols.log tells how the https one was spoken to.
set -eu
cmd=${1:?start or stop} dir=${2:?directory}

free_ports() {
	python3 - "$1" <<-'EOF'
	import socket, sys
	held = [socket.socket() for _ in range(int(sys.argv[1]))]
	for s in held:
	    s.bind(("127.0.0.1", 0))
	print(*(s.getsockname()[1] for s in held))
	EOF
}

# key_and_wish NAME SUBJECT SAN: a key, and what an authority is asked to sign.
key_and_wish() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" \
		-addext "subjectAltName=$3" -keyout "$dir/$1.key" -out "$dir/$1.csr" 2>>"$dir/openssl.log"
}

# sign NAME FROM TO: by our authority.
sign() {
	openssl ca -batch -notext -config "$dir/ca.cnf" -cert "$dir/ca.pem" -keyfile "$dir/ca.key" \
		-in "$dir/$1.csr" -out "$dir/$1.pem" -startdate "$2" -enddate "$3" 2>>"$dir/openssl.log"
}

# An authority of our own, and of it: a good certificate, one for another name, one that is over, one of a client;
# and one that is signed by itself.
certificates() {
	cat >"$dir/ca.cnf" <<-EOF
	[ca]
	default_ca = c
	[c]
	database = $dir/ca.db
	serial = $dir/ca.serial
	new_certs_dir = $dir
	default_md = sha256
	policy = p
	unique_subject = no
	copy_extensions = copy
	[p]
	commonName = supplied
	EOF
	: >"$dir/ca.db"
	echo 01 >"$dir/ca.serial"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=tests" \
		-keyout "$dir/ca.key" -out "$dir/ca.pem" 2>"$dir/openssl.log"
	begin=20200101000000Z end=$(date -u -d '+2 days' +%Y%m%d%H%M%SZ) here=DNS:localhost,IP:127.0.0.1
	key_and_wish good localhost $here && sign good $begin "$end"
	key_and_wish wrong other DNS:other.example && sign wrong $begin "$end"
	key_and_wish expired localhost $here && sign expired $begin 20200102000000Z
	key_and_wish client client DNS:client && sign client $begin "$end"
	key_and_wish own localhost $here
	openssl x509 -req -days 2 -in "$dir/own.csr" -signkey "$dir/own.key" -out "$dir/own.pem" 2>>"$dir/openssl.log"
}

configure() {
	dav='dav_methods PUT DELETE MKCOL MOVE; create_full_put_path on;'
	locations="root $dir/root;
	location /dav/ { $dav }
	location /flat/ { dav_methods PUT DELETE MKCOL MOVE; }
	location /plain/ { dav_methods PUT DELETE; create_full_put_path on; }
	location /auth/ { $dav auth_basic mlv; auth_basic_user_file $dir/htpasswd; }
	location /bearer/ { if (\$http_authorization != 'Bearer tok123') { return 401; } $dav }
	location /ro/ { limit_except GET { deny all; } }
	location /slow/ { alias $dir/root/dav/; limit_rate 40m; }
	location /norange/ { max_ranges 0; $dav }
	location /page/ { default_type text/html; return 200 '<html>log in</html>'; }
	location /busy/ { add_header Retry-After 1 always; return 503; }
	location ~ ^/jump/(.*) { return 302 http://127.0.0.1:$2/\$1; }
	location ~ ^/back/(.*) { return 307 /dav/\$1; }
	location /loop/ { return 302 \$uri; }
	location /evil/ { return 302 file:///etc/passwd; }"
	cat >"$dir/nginx.conf" <<-EOF
	worker_processes 1; daemon on; pid $dir/pid; error_log $dir/error.log;
	events { worker_connections 256; }
	http {
	client_max_body_size 0; client_body_temp_path $dir/tmp/b; proxy_temp_path $dir/tmp/p;
	fastcgi_temp_path $dir/tmp/f; uwsgi_temp_path $dir/tmp/u; scgi_temp_path $dir/tmp/s;
	default_type application/octet-stream; keepalive_requests 100000;
	log_format l '\$request_method \$uri \$status range=\$http_range auth=\$http_authorization conn=\$connection sent=\$body_bytes_sent';
	log_format p '\$server_protocol \$request_method conn=\$connection';
	access_log $dir/access.log l;
	server { listen 127.0.0.1:$1; $locations }
	server { listen 127.0.0.1:$2; location / { return 200 "auth=\$http_authorization"; } }
	server { listen 127.0.0.1:$4 ssl; ssl_certificate $dir/wrong.pem; ssl_certificate_key $dir/wrong.key; }
	server { listen 127.0.0.1:$5 ssl; ssl_certificate $dir/expired.pem; ssl_certificate_key $dir/expired.key; }
	server { listen 127.0.0.1:$6 ssl; ssl_certificate $dir/own.pem; ssl_certificate_key $dir/own.key; }
	server { listen 127.0.0.1:$7 ssl; ssl_certificate $dir/good.pem; ssl_certificate_key $dir/good.key;
	ssl_client_certificate $dir/ca.pem; ssl_verify_client optional;
	location / { if (\$ssl_client_verify != SUCCESS) { return 403; } return 200 "client=\$ssl_client_s_dn"; }
	location = /jump { return 302 https://localhost:$8/who; } }
	server { listen 127.0.0.1:$8 ssl; ssl_certificate $dir/good.pem; ssl_certificate_key $dir/good.key;
	ssl_client_certificate $dir/ca.pem; ssl_verify_client optional;
	location / { return 200 "client=\$ssl_client_s_dn"; } }
	server { listen 127.0.0.1:$3 ssl http2; ssl_certificate $dir/good.pem; ssl_certificate_key $dir/good.key;
	access_log $dir/access.log l; access_log $dir/protocols.log p;
	location = /jump/down { return 302 http://127.0.0.1:$1/dav/x; } $locations }
	}
	EOF
	[ "$(id -u)" != 0 ] || sed -i '1s/^/user root; /' "$dir/nginx.conf"
}

start() {
	mkdir -p "$dir/tmp" "$dir/root"
	dir=$(cd "$dir" && pwd)
	for name in dav flat plain auth bearer ro norange; do mkdir -p "$dir/root/$name"; done
	printf 'mlv:%s\n' "$(openssl passwd -apr1 secret)" >"$dir/htpasswd"
	certificates
	for _ in 1 2 3 4 5; do
		ports=$(free_ports 8)
		# shellcheck disable=SC2086
		configure $ports
		# Somebody may take a port between its being found and its being used.
		if nginx -c "$dir/nginx.conf" -p "$dir" -e "$dir/error.log" 2>>"$dir/start.log"; then
			# shellcheck disable=SC2086
			set -- $ports
			echo "http://127.0.0.1:$1 http://127.0.0.1:$2 https://localhost:$3 $dir/ca.pem" \
				"https://localhost:$4 https://localhost:$5 https://localhost:$6" \
				"https://localhost:$7 $dir/client.pem $dir/client.key" >"$dir/urls"
			echo "ready http://127.0.0.1:$1"
			return
		fi
	done
	cat "$dir/start.log" >&2
	return 1
}

stop() {
	[ ! -e "$dir/pid" ] || kill "$(cat "$dir/pid")"
}
"$cmd"
