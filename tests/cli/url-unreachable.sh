# A URL that nobody answers at: what to do about a remote is told of remotes only.
git init -q && mlv init -q
{ mlv get-url http://127.0.0.1:9/x y; echo "$?"; } 2>&1 | sed "s/after [0-9]* ms/after N ms/"
{ mlv import-url http://127.0.0.1:9/x y; echo "$?"; } 2>&1 | sed "s/after [0-9]* ms/after N ms/"
{ mlv ls-url http://127.0.0.1:9/x; echo "$?"; } 2>&1 | sed "s/after [0-9]* ms/after N ms/"
{ mlv get-url sftp://127.0.0.1:9/x y; echo "$?"; } 2>&1 | sed "s/after [0-9]* ms/after N ms/"
{ echo a >a && mlv add -q a && mlv remote add -q -d r http://127.0.0.1:9/x && mlv push; echo "$?"; } 2>&1 | sed "s/after [0-9]* ms/after N ms/"
ls
