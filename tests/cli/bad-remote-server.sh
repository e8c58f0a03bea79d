# A server that is not there, or answers pages: status 5, what to do, and nothing is taken.
git init -q && mlv init -q && mkdir data
echo one >data/one && echo two >data/two && mlv add -q data
export MLV_TEST_CLOCK=virtual
cat >server.py <<'P'
import http.server, sys

class Pages(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        page = b"<!DOCTYPE html><html><body>Please log in</body></html>\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_PROPFIND = do_MKCOL = answer

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
print(server.server_port, flush=True)
server.serve_forever()
P
try() {
	for c in push fetch pull 'status -c'; do
		mlv $c -r $1 2>err; echo "$c: status $?"
		sed "s/$port/PORT/g; s/after [0-9]* ms/after N ms/" err
	done
}
mkfifo said
python3 server.py >said & pid=$!
read -r port <said
mlv remote add -q pages http://127.0.0.1:$port/data
mlv remote add -q refuses http://127.0.0.1:$port/data
cp -R .mlv/cache kept
try pages
diff -r kept/objects .mlv/cache/objects && diff -r kept/nodes .mlv/cache/nodes
rm -r .mlv/cache data
try pages
kill $pid && wait $pid 2>/dev/null
try refuses
find .mlv/cache -path '*s/*' -type f
ls -d data 2>/dev/null
true
