# What DVC 2 and DVC 3 named alike are other bytes: each is taken from where that version keeps it, here and at the remote.
mkdir r && cd r && git init -q && mkdir -p .dvc d2 d3 && printf "[core]\n    remote = s\n['remote \"s\"']\n    url = ../../store\n" >.dvc/config
printf 'a\nb\n' >three.txt && printf 'a\r\nb\r\n' >two.txt && cp two.txt d2/x && cp three.txt d3/x
sum=$(md5sum <three.txt | cut -c1-32)
put() { # put LAYOUT FILE NAME
	mkdir -p ".dvc/cache/$1$(echo "$3" | cut -c1-2)" && cp "$2" ".dvc/cache/$1$(echo "$3" | cut -c1-2)/$(echo "$3" | cut -c3-)"
}
printf '[{"md5": "%s", "relpath": "x"}]' "$sum" >../list && list=$(md5sum <../list | cut -c1-32)
put files/md5/ three.txt "$sum"; put '' two.txt "$sum"; put files/md5/ ../list "$list.dir"; put '' ../list "$list.dir"
printf 'outs:\n- md5: %s\n  size: 6\n  path: two.txt\n' "$sum" >two.txt.dvc
printf 'outs:\n- md5: %s\n  size: 4\n  hash: md5\n  path: three.txt\n' "$sum" >three.txt.dvc
printf 'outs:\n- md5: %s.dir\n  size: 6\n  nfiles: 1\n  path: d2\n' "$list" >d2.dvc
printf 'outs:\n- md5: %s.dir\n  size: 4\n  nfiles: 1\n  hash: md5\n  path: d3\n' "$list" >d3.dvc
cp -r .dvc/cache ../store; cp -r . ../from-remote
look() { mlv status && mlv migrate dvc --check; rm -rf two.txt three.txt d2 d3; mlv checkout -q; od -An -c two.txt d2/x three.txt d3/x; }
mlv migrate dvc | tail -n 2 && look
echo "== from the remote"; cd ../from-remote && rm -rf .dvc/cache two.txt three.txt d2 d3
mlv -q migrate dvc; echo "status $?"; mlv migrate dvc --fetch | tail -n 2 && mlv checkout -q && od -An -c two.txt d2/x three.txt d3/x
echo "== what DVC 3 has is not what DVC 2 lost"; mkdir ../lost && cp -r .dvc ./*.dvc ../lost && cd ../lost && git init -q && rm -f "../store/$(echo "$sum" | cut -c1-2)/$(echo "$sum" | cut -c3-)"
mlv -q migrate dvc --fetch; echo "status $?"; LC_ALL=C ls -- *.mlv
