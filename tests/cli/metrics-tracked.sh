# Metrics files that mlv tracks are read from the cache, verified, at any revision.
git init -q && mlv init -q
mkdir out && echo '{"loss": 0.5}' >m.json && echo '{"auc": 0.7}' >out/eval.json && echo 'lr: 1' >git.yaml
printf 'metrics:\n- m.json\n- out/eval.json\n- git.yaml\n' >mlv.yaml
mlv add -q m.json out && git add -A && git commit -qm one
chmod u+w m.json && echo '{"loss": 0.25}' >m.json && echo '{"auc": 0.8}' >out/eval.json
mlv metrics diff
mlv add -q m.json out && git commit -qam two
mlv metrics diff HEAD~1 HEAD
mlv metrics diff
git tag two && rm -rf out m.json
echo "- not checked out"
mlv metrics show
mlv metrics diff HEAD~1 --targets out/eval.json

echo "- not in the cache: told, and the others are shown"
id=$(sed -n 's/ *sha256: //p' m.json.mlv)
object=.mlv/cache/objects/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-)
mv "$object" kept
mlv metrics show; echo "exit $?"
mlv metrics diff HEAD~1 HEAD; echo "exit $?"

echo "- damaged in the cache"
echo '{"loss": 0.99}' >"$object"
mlv metrics show --rev two; echo "exit $?"
rm "$object"; echo '{"loss": 9999}' >"$object"
mlv metrics show --rev two 2>err; echo "exit $?"
sed 's/[0-9a-f]\{64\}/ID/' err

echo "- a file that its directory does not have"
rm -f "$object"; mv kept "$object"
mlv metrics show out/none.json; echo "exit $?"
