# repro --pull brings what stages depend on, and what would be restored, from the remote.
git init -q a && cd a && mlv init -q && mlv remote add -q -d r ../remote
printf 'b\na\n' >raw; mlv add -q raw
cat >mlv.yaml <<'X'
stages:
  prep: {cmd: sort raw >data, deps: [raw], outs: [data]}
  count: {cmd: wc -l <data | tr -d ' ' >n, deps: [data], outs: [n: {cache: false}]}
X
mlv repro -q >/dev/null 2>&1; mlv push -q; git add -A; git -c user.name=a -c user.email=a@b commit -qm all
cd .. && git clone -q a b && cd b
echo "== without it"; mlv repro prep; echo $?
echo "== dry fetches nothing"; mlv repro --dry --pull >/dev/null 2>&1; ls .mlv/cache/objects 2>/dev/null
echo "== with it: nothing runs"; mlv repro --pull; cat raw data n
echo "== alone: what another stage makes is brought"; rm -rf data n .mlv/cache; mlv repro --pull -s count; cat data n
echo "== as JSON"; rm -rf data .mlv/cache; mlv repro --pull --json | tr -d '\n'; echo
echo "== what the remote has not is made"; rm -rf data .mlv/cache ../remote/objects; mlv repro --pull 2>&1; echo $?; cat data
