# A damaged object is named and not sent.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir data && echo one >data/one && echo two >data/two
mlv add -q data
object=.mlv/cache/objects/27/dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a
chmod +w $object && echo owt >$object
mlv push
echo "status $?"
ls store
ls store/objects
