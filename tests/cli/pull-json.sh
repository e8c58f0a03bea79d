# For programs: what was fetched, and what was done in the work tree.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir data && echo one >data/one && echo two >two && mlv add -q data two && mlv push -q
rm -r .mlv/cache data && echo more >>two
mlv pull -f --json >out; status=$?
sed 's|"url": ".*/store"|"url": "URL"|' out
exit $status
