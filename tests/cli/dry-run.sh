# --dry-run says what a push, a fetch or a pull comes to, and does nothing; then it comes to that.
git init -q && mlv init -q && mlv remote add -q -d store store && mlv remote add -q other other
mkdir d e
for i in $(seq 40); do echo "file $i" >d/$i && echo "e $i" >e/$i; done
yes large | head -c 17000000 >d/large
echo small >small && echo own >own
mlv add -q d e small own
echo '  remote: other' >>own.mlv
state() { find store other .mlv/cache -type f ! -name format ! -name lock 2>/dev/null | LC_ALL=C sort | sha256sum; }
shown() { sed 's|"url": "[^,]*/|"url": "/|g; s|"problems": [[][^]]*]|"problems": ...|g'; }
# both COMMAND...: dry and then in earnest.
both() {
	before=$(state)
	mlv "$@" --dry-run
	mlv "$@" --dry-run --json | shown
	[ "$(state)" = "$before" ] || echo "something was moved"
	mlv "$@" --json | shown
	mlv "$@" --dry-run
}
both push d/7 small
both push
chmod -R u+w .mlv && rm -rf .mlv/cache
mlv status -c | grep -v deleted
both fetch d/7 own
both fetch
rm -rf .mlv/cache d e small own
both pull | grep -v '"added"'
mlv status
echo "-- from two remotes, of which one lacks something"
mlv push -q -r other
chmod -R u+w store .mlv && rm -f store/packs/* "$(find store/large -type f ! -name '*.leaves')"
rm -rf .mlv/cache
mlv remote default store other
both fetch
echo "-- what nobody has"
rm -rf .mlv/cache other/objects other/packs other/roots
mlv fetch small own --dry-run
echo "status $?"
echo changed >small && mlv add -q --no-commit small
mlv push --dry-run small
echo "status $?"
