#!/bin/sh
# nginx.sh start DIR | stop DIR: a web server with WebDAV on a free loopback port, below DIR.
# "start" prints "ready URL" once it answers. Below URL:
#   /dav/     PUT, DELETE, MKCOL, MOVE; missing parents are made
#   /flat/    the same, but parents must be there
#   /plain/   PUT and DELETE alone; parents are made
#   /auth/    as /dav/, for the user mlv with the password secret
#   /bearer/  as /dav/, for the token tok123
#   /ro/      GET alone
#   /norange/ GET without ranges
#   /page/    an HTML page, whatever is asked for
#   /jump/X   redirects to the second server, which shows the credentials that it gets
#   /back/X   redirects to /dav/X;  /loop/X to itself;  /evil/ to file:///etc/passwd
#   /busy/    503 with Retry-After: 1
# DIR/urls has the URLs of the first and second server, of the https one, and the path of its CA.
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

certificates() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj "/CN=localhost" -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" \
		-keyout "$dir/key.pem" -out "$dir/cert.pem" 2>"$dir/openssl.log"
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
	log_format l '\$request_method \$uri \$status range=\$http_range auth=\$http_authorization conn=\$connection';
	access_log $dir/access.log l;
	server { listen 127.0.0.1:$1; $locations }
	server { listen 127.0.0.1:$2; location / { return 200 "auth=\$http_authorization"; } }
	server { listen 127.0.0.1:$3 ssl; ssl_certificate $dir/cert.pem; ssl_certificate_key $dir/key.pem;
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
		ports=$(free_ports 3)
		# shellcheck disable=SC2086
		configure $ports
		# Somebody may take a port between its being found and its being used.
		if nginx -c "$dir/nginx.conf" -p "$dir" -e "$dir/error.log" 2>>"$dir/start.log"; then
			# shellcheck disable=SC2086
			set -- $ports
			echo "http://127.0.0.1:$1 http://127.0.0.1:$2 https://localhost:$3 $dir/cert.pem" >"$dir/urls"
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
