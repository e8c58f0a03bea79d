# What the remote lacks is named, and the rest comes.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir data && echo one >data/one && echo two >data/two && echo single >single
mlv add -q data single && mlv push -q
rm -r .mlv/cache store/objects/27
mlv fetch
echo "status $?"
mlv fetch --allow-missing
echo "status $?"
rm -r store
mlv fetch 2>err
echo "status $?"
sed 's|^mlv: .*/store|mlv: URL|' err
