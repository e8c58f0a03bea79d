# What lies at a URL or path is listed, got, and imported with what its server knows it by; an update sees a change.
cat >server.py <<'P'
import http.server, sys

class Files(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def end_headers(self):
        if self.path.startswith("/tagged/"):
            self.send_header("ETag", open("www/tag").read().strip())
        http.server.SimpleHTTPRequestHandler.end_headers(self)

    def list_directory(self, _):
        self.send_error(404)

    def log_message(self, form, *args):
        if "GET" in str(args[0]):
            open("log", "a").write(args[0].split()[1] + "\n")

    def translate_path(self, path):
        return http.server.SimpleHTTPRequestHandler.translate_path(self, "/www" + path)

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
print(server.server_port, flush=True)
server.serve_forever()
P
mkdir -p www/tagged "place/d e" && echo '"one"' >www/tag && echo csv >"www/tagged/a file.csv" && echo 1 >www/b.csv
TZ=UTC touch -d 2026-01-01 www/b.csv
echo x >"place/d e/x" && echo run >place/run && chmod +x place/run && ln -s run place/link && seq 3000000 | head -c 17000000 >place/z
mkfifo said && python3 server.py >said & pid=$!
while [ ! -p said ]; do sleep 0.1; done
read -r port <said
trap 'kill $pid' EXIT
url=http://127.0.0.1:$port
shown() { sed "s/:$port/:PORT/g"; }
echo "== listed"
mlv ls-url place && mlv ls-url -R --size place && mlv --json ls-url "file://$PWD/place/d%20e"
mlv ls-url --size "$url/tagged/a%20file.csv"
mlv ls-url $url/ 2>err; echo "status $?"; shown <err
mlv ls-url $url/none 2>err; echo "status $?"; shown <err
mlv ls-url nothing; echo "status $?"
mlv ls-url ftp://x/y; echo "status $?"
echo "== got"
mlv get-url "$url/tagged/a%20file.csv?sig=secret" && cat "a file.csv"
mlv get-url place got && diff -r got "place" 2>&1 | grep -v link; [ -x got/run ] && echo executable
mlv get-url $url/b.csv; cat b.csv; mlv get-url $url/b.csv; echo "status $?"
mlv get-url -f place/run b.csv && cat b.csv && mlv get-url $url/none 2>/dev/null; echo "status $?"
echo "== imported"
mkdir w && cd w && git init -q && mlv init -q
mlv import-url "$url/tagged/a%20file.csv" a.csv | shown && shown <a.csv.mlv && mlv import-url -q $url/b.csv && tail -n 3 b.csv.mlv | shown
mlv import-url -q ../place && tail -n 3 place.mlv && mlv remote add -q web $url && mlv import-url -q remote://web/b.csv c.csv && tail -n 2 c.csv.mlv
mlv import-url $url/b.csv?x=1 q.csv; echo "status $?"
mlv import-url -q --no-download ../place/z && cat z.mlv && ls z; mlv status
git add . && git commit -qm imports && rm ../log && mlv update | shown && git status --short && cat ../log
mlv pull -q z 2>&1; cmp z ../place/z && echo same
echo "== changed there"
echo more >>"../www/tagged/a file.csv" && echo '"two"' >../www/tag && echo y >../place/y
mlv status --updates && mlv update a.csv place | shown && cat a.csv && ls place && git diff --stat | tail -n 1 && grep etag a.csv.mlv
echo 3 >../place/z && rm -rf .mlv/cache z && mlv fetch z; echo "status $?"
ls -A .mlv/tmp
