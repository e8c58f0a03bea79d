# What is neither here nor there is named; the rest is sent, the directory is not published.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir data && echo one >data/one && echo two >data/two
mlv add -q data
rm -f .mlv/cache/objects/27/dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a
mlv push
echo "status $?"
ls store
find store/objects -type f | wc -l
# The work tree still has it.
mlv add -q --no-commit data && mlv commit -q -f data
mlv push
ls store
