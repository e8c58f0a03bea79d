# How the cache stands to the remote: new, deleted, missing, in sync.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir data && echo 1 >data/1 && echo 2 >data/2 && echo one >one && echo two >two
mlv add -q data one two
mlv status -c
mlv push -q
mlv status -c
mv .mlv/cache kept
mlv status -c
rm -r store/objects/27
mlv status -c two data/1
rm -r .mlv/cache && mv kept .mlv/cache
mlv status -c --json >out
sed 's|"url": ".*/store"|"url": "URL"|' out
rm -r store/roots
mlv status -c
