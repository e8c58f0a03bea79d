# A web server that hangs up when the directory above a remote is to be made: what could not be put is named first.
git init -q && mlv init -q && echo one >one && mlv add -q one
export MLV_TEST_CLOCK=virtual
cat >server.py <<'P'
import http.server

class NoDirectories(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command == "MKCOL":
            print("MKCOL", self.path, flush=True)
            self.close_connection = True
            return
        self.send_response(409 if self.command == "PUT" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = do_PUT = do_DELETE = do_PROPFIND = do_MKCOL = answer

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), NoDirectories)
print(server.server_port, flush=True)
server.serve_forever()
P
python3 server.py >said & server=$!
trap 'kill $server' EXIT
until [ -s said ]; do sleep 0.1; done
read -r port <said
mlv remote add -q -d store "http://127.0.0.1:$port/above/store"
{ mlv push; echo "status $?"; } 2>&1 | sed "s/$port/PORT/g; s/try-[0-9a-f-]*:/try-RANDOM:/"
sed 1d said | sort -u
