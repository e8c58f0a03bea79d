# A stage that depends on a URL is out of date when what its server marks the content with changes; repro asks, status does with --updates.
cat >server.py <<'P'
import http.server

class Files(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, body):
        open("log", "a").write(self.command + " " + self.path + "\n")
        tag = open("tag").read().strip()
        there = self.path == "/data.csv" and tag != "gone" or self.path == "/plain"
        self.send_response(200 if there else 404)
        if self.path == "/data.csv":
            self.send_header("ETag", tag)
        self.send_header("Content-Length", "3")
        self.end_headers()
        if body:
            self.wfile.write(b"abc")

    def log_message(self, *args):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
print(server.server_port, flush=True)
server.serve_forever()
P
echo '"one"' >tag && mkfifo said && /usr/bin/python3 server.py >said & pid=$!
while [ ! -p said ]; do sleep 0.1; done
read -r port <said
trap 'kill $pid 2>/dev/null' EXIT
shown() { sed "s/:$port/:PORT/g"; }
mkdir w && cd w && git init -q && mlv init -q
cat >mlv.yaml <<END
stages:
  get: {cmd: "echo got >raw", deps: ["http://127.0.0.1:$port/data.csv"], outs: [raw]}
  use: {cmd: "cp raw used; cat ../tag >>used", deps: [raw, "http://127.0.0.1:$port/data.csv"], outs: [used]}
END
mlv repro && shown <mlv.lock | grep -A1 http
echo "asked $(grep -c data.csv ../log) time(s) for two stages"
echo "== nothing changed"; mlv repro; mlv status --updates
echo "== changed there"; echo '"two"' >../tag; mlv status; mlv status --updates | shown; mlv repro --explain use | shown; mlv repro --dry | shown; mlv repro -q; cat used; grep mark: mlv.lock
echo "== as it was: restored"; echo '"one"' >../tag; mlv repro | tail -n 1; cat used
echo "== what is there is taken as it is"; echo '"three"' >../tag; mlv commit -qf; mlv repro -q; cat used; grep mark: mlv.lock
echo "== gone"; echo gone >../tag; mlv repro 2>err; echo "status $?"; shown <err; mlv repro --allow-missing
echo "== nothing tells"; sed 's,/data.csv,/plain,' mlv.yaml >new; mv mlv.yaml old; mv new mlv.yaml; mlv repro -q 2>err; echo "status $?"; shown <err
echo "== the server is away"; mv old mlv.yaml; kill $pid; wait $pid 2>/dev/null; mlv repro 2>err; echo "status $?"; shown <err | sed 's/changed: .*/changed: .../'
rm mlv.lock; rm -r .mlv/cache/runs; mlv repro -q 2>err; echo "status $?"; test -s err && grep -c "cannot be asked" err
