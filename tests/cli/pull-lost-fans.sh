# Somebody removed what lies in the cache, with the directories: it comes back.
git init -q && mlv init -q && mlv remote add -q -d store store
echo one >one.csv && mlv add -q one.csv && mlv push -q
rm -rf .mlv/cache/objects one.csv
mlv pull && cat one.csv
rm -rf .mlv/cache/objects .mlv/state
mlv add -q one.csv && mlv fsck
