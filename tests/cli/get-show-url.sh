# Where a file lies at a remote is shown: a file of its own, or bytes of a pack, with a command that fetches them.
# not under odd settings: a URL does not hold a newline
for need in curl zstd; do
	command -v $need >/dev/null || { echo "$need is not installed" >&2; exit 77; }
done
# A web server that gives ranges, and lists nothing.
serve() {
	python3 -uc 'import http.server, re, urllib.parse
class Files(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            value = open("www" + urllib.parse.unquote(self.path), "rb").read()
        except OSError:
            return self.send_error(404)
        asked = re.match(r"bytes=(\d+)-(\d*)$", self.headers.get("Range", ""))
        first, last = (int(asked[1]), min(int(asked[2] or len(value)), len(value) - 1)) if asked else (0, len(value) - 1)
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (first, last, len(value)))
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else value[first:last + 1])
    do_HEAD = do_GET
    def log_message(self, *_):
        pass
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
print(s.server_port, flush=True)
s.serve_forever()' >said &
	pid=$!
	read -r port <said
}
mkfifo said && mkdir -p "www/it's a store" src && serve
trap 'kill $pid' EXIT
cd src && git init -q && mlv init -q && mlv remote add -q -d up "../www/it's a store"
mkdir -p data/sub && for i in $(seq 100); do echo $i >data/$i; done
echo deep >data/sub/rows && mkdir text && for i in $(seq 40); do seq $i 3000 >text/$i; done && : >data/none && head -c 200000 /dev/zero >data/mid && seq 3000000 | head -c 17000000 >model && echo 1 >alone
mlv add -q data text model alone && git add . && git commit -qm one && mlv push -q
cd ..
plain() { sed -E "s/:$port/:PORT/; s,/[0-9a-f]{2}/[0-9a-f]{62},/ID,; s/[dn]-[0-9a-f]{64}/PACK/; s/[0-9]+( to |-)[0-9]+/FIRST\\1LAST/; s/\\+[0-9]+/+FIRST/; s/head -c [0-9]+/head -c COUNT/; s/byte [0-9]+/byte FIRST/; s/(\"offset\": )[1-9][0-9]*/\\1FIRST/"; }
all() {
	for path in model alone data data/mid data/7 data/sub/rows text/40 data/none data/sub; do
		mlv get src $path --show-url >shown 2>&1
		echo "$path: status $?"
		plain <shown
		case $(tail -n 1 shown) in
		curl* | tail*) tail -n 1 shown | sh | cmp - src/$path ;;
		http*/objects/* | http*/large/*) curl -fsS -r 0- "$(cat shown)" | cmp - src/$path ;;
		/*/objects/* | /*/large/*) cmp "$(cat shown)" src/$path ;;
		esac
	done
	for path in data/mid data/7 text/40 data; do
		mlv get --json src $path --show-url | plain
	done
}
echo "== a directory"
all
echo "== a web server"
(cd src && mlv remote add -q -d web "http://127.0.0.1:$port/it%27s%20a%20store" && git commit -qam web)
all
echo "== of several remotes the first that has it"
mkdir empty && (cd src && mlv remote add -q none ../empty && mlv remote default none up && git commit -qam two)
rm -r src/.mlv/cache && mlv get src data/sub/rows --show-url | plain
(cd src && mlv remote default none && git commit -qam three)
mlv get src alone --show-url; echo "status $?"
echo "== in chunks"
mkdir chunked && (cd src && mlv pull -q -r up && mlv remote add -q -d parts ../chunked && mlv remote modify parts dedup true &&
	mlv push -q -r parts && git commit -qam four)
mlv get src model --show-url 2>&1 | plain
