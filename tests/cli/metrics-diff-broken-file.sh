# A broken file is named, the others are shown, and the status says so.
git init -q
printf '{"a": 1}' >good.json
printf '{"a": ' >bad.json
git add -A && git commit -qm one
printf '{"a": 2}' >good.json
mlv metrics diff --targets good.json --targets bad.json 2>err
status=$?
grep -c 'bad.json' err
exit $status
