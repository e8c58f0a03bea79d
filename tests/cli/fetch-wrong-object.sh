# A wrong object is refused and named; the others come, and a repaired remote heals it.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir data && echo one >data/one && echo two >data/two
mlv add -q data && mlv push -q
object=objects/27/dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a
cp -p store/$object kept
chmod +w store/$object && echo owt >store/$object
rm -r .mlv/cache
mlv fetch
echo "status $?"
ls .mlv/cache/$object 2>/dev/null
cp -f kept store/$object
mlv fetch
