# A URL that nobody answers at: what to do about a remote is told of remotes only.
git init -q && mlv init -q
{ mlv get-url http://127.0.0.1:9/x y; echo "$?"; } 2>&1 | sed "s/after [0-9]* ms/after N ms/"
{ mlv import-url http://127.0.0.1:9/x y; echo "$?"; } 2>&1 | sed "s/after [0-9]* ms/after N ms/"
{ mlv ls-url http://127.0.0.1:9/x; echo "$?"; } 2>&1 | sed "s/after [0-9]* ms/after N ms/"
{ mlv get-url sftp://127.0.0.1:9/x y; echo "$?"; } 2>&1 | sed "s/after [0-9]* ms/after N ms/"
{ echo a >a && mlv add -q a && mlv remote add -q -d r http://127.0.0.1:9/x && mlv push; echo "$?"; } 2>&1 | sed "s/after [0-9]* ms/after N ms/"
echo "-- a name that no resolver is asked for, for it is too long: twice"
long=$(printf '%070d' 0 | tr 0 x)
for scheme in http sftp; do
	{ MLV_TEST_CLOCK=virtual mlv -v get-url $scheme://$long/x y; echo "$?"; } 2>&1 | sed "s/$long/LONG/g"
done
ls
