# An import is tracked with where it is from; an update follows its source, and never loses what was changed here.
mkdir src store && cd src && git init -q && mlv init -q && mlv remote add -q -d store ../store
mkdir -p data/sub && echo one >data/one && echo two >data/sub/two && echo '{}' >params.json && mlv add -q data
git add . && git commit -qm one && git tag v1 && mlv push -q
cd .. && mkdir dst && cd dst && git init -q && mlv init -q
commits() { sed -E "s/$(git -C ../src rev-parse v1)/V1/; s/$(git -C ../src rev-parse main)/MAIN/"; }
mlv import -q ../src data && commits <data.mlv && diff -r data ../src/data && cat .gitignore
mkdir in && mlv import -q ../src data/sub -o in --rev v1 && commits <in/sub.mlv && ls in/sub
mlv -q import ../src params.json && commits <params.json.mlv
mlv status && git add . && git commit -qm imports && git status --short
mlv import ../src data; echo "status $?"
mlv import ../src data/one -o data/x; echo "status $?"
mlv import ../src nothing; echo "status $?"
touch here && mlv import ../src params.json -o here; echo "status $?"
mlv import https://u:p@127.0.0.1:1/x y; echo "status $?"
echo "== nothing new"
mlv update | sed -E 's/[0-9a-f]{12}/COMMIT/g' && git status --short
echo "== a new commit there"
cd ../src && echo three >data/three && echo '{"a": 1}' >params.json && mlv add -q data && git commit -qam two && cd ../dst
mlv status && mlv status --updates && mlv status --updates -q; echo "status $?"
mlv --json status --updates data | sed -E 's/[0-9a-f]{64}/ID/g'
mv ../src ../gone && mlv status --updates params.json; mv ../gone ../src
mlv --json update params.json data | sed -E 's/[0-9a-f]{64}/ID/g; s/[0-9a-f]{12}/COMMIT/g' && cat params.json && ls data
echo "  desc: mine" >>data.mlv && echo "# kept" >>data.mlv && commits <data.mlv
mlv update -q in && ls in/sub && mlv update -q --rev main in/sub && grep rev in/sub.mlv | commits
echo "== changed here"
echo mine >data/one && mlv update data; echo "status $?"
mlv add -q data && mlv update -q data && cat data/one && tail -n 2 data.mlv
echo mine >data/one && mlv update -q -f data && cat data/one
echo "== the pointer alone"
mkdir ../up && mlv remote add -q -d up ../up && mlv push -q
rm -rf data .mlv/cache && mlv import -q --no-download -f ../src data && ls data; commits <data.mlv && mlv status
mlv add -q here && mlv push
mlv pull && ls data && rm -rf .mlv/cache data && mlv fetch data && mlv checkout -q data && ls data
sed -i 's/"a": 1/"a": 2/' ../src/params.json && git -C ../src commit -qam three
rm -rf .mlv/cache params.json && mlv pull params.json && cat params.json
rm -rf data .mlv/cache
mlv update -q --no-download data && ls data; mlv update -q data && ls data
echo "== what is left out"
echo 'frozen: true' >>params.json.mlv && mlv update -q && mlv update params.json; echo "status $?"
echo own >own && mlv add -q own && mlv update -q && mlv update own; echo "status $?"
echo "== below a directory, with what is no import"
echo own >in/own && mlv add -q in/own && mlv update in; echo "status $?"
rm -r in/sub && mlv update -R in | sed -E 's/[0-9a-f]{12}/COMMIT/g' && ls in/sub && mlv update -R in/own; echo "status $?"
mlv freeze -q in/sub && rm -r in/sub && mlv update -R in && ls in && mlv update -R in/sub; echo "status $?"
mkdir none && mlv update -R none; echo "status $?"
mlv --json update -R . | sed -E 's/[0-9a-f]{64}/ID/g; s/[0-9a-f]{12}/COMMIT/g'
printf 'deps: [{path: ../x, repo: {url: u, rev_lock: 0}}]\n' >>own.mlv && mlv status; echo "status $?"
ls -A .mlv/tmp
