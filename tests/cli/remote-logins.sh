# Who is logged in where: by digest, by .netrc, each credential to its own host alone; and sending by POST.
git init -q && mlv init -q && echo one >one && mlv add -q one
export MLV_TEST_CLOCK=virtual
python3 "$SRC/tests/servers/logins.py" log >ready &
server=$!
trap 'kill $server' EXIT
until [ -s ready ]; do sleep 0.05; done
read -r _ proxy <ready
log=$PWD/log

# remote NAME URL: through the server, whatever host that is; plain http is allowed.
remote() {
	mlv remote add -q -f "$1" "$2" && mlv remote modify --local "$1" proxy "$proxy" &&
		mlv remote modify --local "$1" use_ssl false
}
# run COMMAND...: what it says, and who asked for what.
run() {
	: >"$log"
	echo "-- $*"
	"$@" -q 2>&1 || echo "status $?"
	sort -u "$log"
}
# again NAME: pull what is not here.
again() {
	rm -rf one .mlv/cache/objects
	run mlv pull -r "$1"
	cat one 2>/dev/null || { echo one >one && mlv add -q one; }
}

echo "== digest"
remote digest http://a.example.org/digest
mlv remote modify --local digest auth digest
run mlv push -r digest
mlv remote modify --local digest user ada
mlv remote modify --local digest password falsch
run mlv push -r digest
mlv remote modify --local digest password geheim
run mlv push -r digest
again digest
echo "== a digest is for its own origin, and nothing else is said where it is not asked for"
remote jump http://a.example.org/to/b.example.org/open
for o in 'auth digest' 'user ada' 'password geheim'; do mlv remote modify --local jump $o; done
again jump
mlv remote modify jump url http://a.example.org/to/b.example.org/digest
again jump
mlv remote modify --local digest url http://a.example.org/basic
again digest

echo "== a token, a password and a header of one's own stay at their own origin, however it redirects"
remote cross http://a.example.org/to/b.example.org/open
crossed() {
	for o; do mlv remote modify --local cross $o; done
	for way in to301 to302 to to308; do
		mlv remote modify cross url http://a.example.org/$way/b.example.org/open
		again cross
	done
	for o; do mlv remote modify --local -u cross ${o% *}; done
}
crossed 'auth bearer' 'token geheim'
crossed 'user ada' 'password geheim'
crossed 'auth custom' 'custom_auth_header X-Key' 'password geheim'

echo "== POST"
remote posts http://a.example.org/posts/p
run mlv push -r posts
mlv remote modify posts method POST
run mlv push -r posts
again posts

echo "== .netrc: to its own host alone"
cat >~/.netrc <<-'N'
	# what others left here
	machine b.example.org login bob password "bobs \"secret\""
	macdef init
		machine a.example.org login evil password evil

	machine A.example.org
		login other password theirs
	machine a.example.org login ada account x password geheim
	default login anonymous password everybody
N
chmod 600 ~/.netrc
remote a http://a.example.org/basic/n && remote b http://b.example.org/basic && remote c http://c.example.org/open/c
run mlv push -r a
mlv remote modify --local a user ada
run mlv push -r a
again a
run mlv push -r b
run mlv push -r c
echo "-- and through a redirect"
remote jump http://a.example.org/to/b.example.org/open/n
mlv remote modify --local -u jump auth && mlv remote modify --local -u jump password
again jump

echo "== not in the clear, not for a clone, not with a file that is wrong"
mlv remote modify --local -u a use_ssl
again a
mlv remote modify --local -u a user
again a
mlv remote modify --local a user ada
mlv remote modify --local a use_ssl false
chmod 644 ~/.netrc
again a
NETRC= again a
NETRC=nowhere again a
echo 'machine a.example.org login ada password geheim port 1' >wrong && chmod 600 wrong
NETRC=wrong again a
git add .mlv .gitignore one.mlv && git commit -qm one && git clone -q . ~/clone && cd ~/clone
mlv config --global remote.a.proxy "$proxy" && mlv config --global remote.a.use_ssl false
chmod 600 ~/.netrc && run mlv pull -r a
mlv remote trust -q a
sed -i '/login other/d' ~/.netrc
NETRC= run mlv pull -r a
run mlv pull -r a
