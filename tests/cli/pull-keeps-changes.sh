# What was changed and not stored is not overwritten, but for -f.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
echo old >file && mlv add -q file && mlv push -q
rm -r .mlv/cache
echo precious >file
mlv pull
echo "status $?"
cat file
mlv pull -f
cat file
