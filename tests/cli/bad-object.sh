# A damaged object of the cache never reaches the work tree; what the hint says brings it back.
git init -q && mlv init -q && mkdir store data && mlv remote add -q -d store store
echo one >data/one && echo two >data/two && mlv add -q data && mlv push -q
id=27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a
object=.mlv/cache/objects/27/dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a
damage() { chmod +w $object && printf "$1" >$object; }
rm data/two && damage 'owt\n'
mlv checkout; echo "status $?"
mlv cat-object object $id; echo "status $?"
ls data
rm $object && mlv fetch && mlv checkout && cat data/two
# One of another length is as good as none: fetch puts a sound one in its place.
rm data/two && damage 'longer than it was'
mlv checkout; echo "status $?"
ls data
mlv fetch && mlv checkout && cat data/two
# What lies in the work tree is not given up for a damaged copy in the cache.
cp data.mlv old && echo new >data/two && mlv add -q data
mv data.mlv new && mv old data.mlv && mlv checkout && mv new data.mlv
damage 'owt\n'
mlv checkout; echo "status $?"
cat data/two
