# Numbers and problems for programs.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir data && echo one >data/one && printf x >"data/$(printf 'n\377')"
mlv add -q data
mlv push --json >out; status=$?
sed 's|"url": ".*/store"|"url": "URL"|' out
rm -rf .mlv/cache/objects/2d store/objects/2d store/roots
mlv push --json >out; status=$?
sed 's|"url": ".*/store"|"url": "URL"|' out
exit $status
