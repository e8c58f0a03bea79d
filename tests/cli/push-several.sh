# A push to several remotes: each gets all, and one that fails keeps no other from it.
# not under odd settings: the JSON has URLs, which the sed below cannot cut where they hold quotes
git init -q && mlv init -q
mlv remote add -q a a && mlv remote add -q b b && mlv remote add -q c c
echo one >one && mlv add -q one
echo own >own && mlv add -q own && echo '  remote: c' >>own.mlv
mlv push -r a -r b
mlv push -r a -r b
mlv push -r a -r b -r a -r c
mlv push -r a -r nobody
echo "status $?"

# The default may be a list.
rm -r a b c
mlv remote default a b
mlv remote default
mlv remote list | sed "s|/.*/||"
cat .mlv/config
mlv push
mlv status -c
ls -d a/objects b/objects c/objects

# One of them cannot be written.
rm -r a/* b c
echo "something else" >a/format
mlv push
echo "status $?"
mlv push --json | sed 's|"/[^"]*/|"/|g'
ls -d b/objects c/objects
mlv remote rename b B && mlv config core.remote
mlv remote remove a && mlv config core.remote
