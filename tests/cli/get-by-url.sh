# A repository behind a URL is brought by git, and what it tracks comes from its remote; nothing of it stays.
serve() {
	python3 -uc 'import http.server, functools
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory="www"))
print(s.server_port, flush=True)
s.serve_forever()' >said &
	pid=$!
	read -r port <said
}
# not under odd settings: a URL does not hold a newline
mkfifo said && mkdir -p www/store src && serve
trap 'kill $pid' EXIT
cd src && git init -q && mlv init -q && mlv remote add -q up ../www/store
mlv remote add -q -d web http://127.0.0.1:$port/store
mkdir data && echo one >data/one && echo two >data/two && echo '# hi' >README && mlv add -q data
git add . && git commit -qm one && git tag v1
echo three >data/three && mlv add -q data && git commit -qam two && mlv push -q -r up -a -T
cd .. && git clone -q --bare src www/src.git && (cd www/src.git && git update-server-info)
shown() { sed "s/:$port/:PORT/g"; }
# A server of plain files cannot do less than all; one that speaks git brings the one commit.
for url in http://127.0.0.1:$port/src.git "file://$PWD/www/src%2Egit"; do
	for rev in HEAD v1 main HEAD~1 $(git -C src rev-parse v1) $(git -C src rev-parse --short v1); do
		mlv get "$url" data --rev $rev -o out-$rev >/dev/null && ls out-$rev | tr '\n' ' ' && rm -r out-$rev
	done
	mlv get -q "$url" README -o r && cat r && rm r
	echo
done
mlv get http://127.0.0.1:$port/src.git data/one --show-url | shown
mlv get http://127.0.0.1:$port/none.git data 2>err; echo "status $?"; shown <err
mlv get http://u:secret@127.0.0.1:$port/src.git data --rev v7 2>err; echo "status $?"; shown <err
mlv get "file://$PWD/www/no%2Egit" data 2>err; echo "status $?"; grep -c 'git:' err
# Interrupted by what lacks: the next one needs only that.
key=$(sha256sum <src/data/two | cut -c1-64)
object=www/store/objects/$(echo $key | cut -c1-2)/$(echo $key | cut -c3-)
mv $object hidden
mlv get http://127.0.0.1:$port/src.git data 2>err; echo "status $?"; shown <err
ls -A | grep mlv
rm -r www/store/objects www/store/nodes && mkdir -p ${object%/*} && mv hidden $object
mlv get -q http://127.0.0.1:$port/src.git data && diff -r data src/data && ls -A
