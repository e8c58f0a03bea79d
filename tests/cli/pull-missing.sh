# What the remote lacks is named, the rest is made; --allow-missing goes without.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
echo one >one && echo two >two && mlv add -q one two && mlv push -q
rm -r .mlv/cache one two store/objects/27
mlv pull
echo "status $?"
cat one
mlv pull --allow-missing
echo "status $?"
