# What may not be read is named, with the system's reason; nothing is written.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
echo one >one && echo two >two && mlv add -q one two && mlv push -q
# Root reads everything, unless it gives that right away.
[ "$(id -u)" != 0 ] || as='setpriv --inh-caps=-all --bounding-set=-dac_override,-dac_read_search'
object=objects/27/dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a
try() {
	chmod 000 $1; shift
	$as mlv "$@"; echo "status $?"
}
try .mlv/config status
chmod 644 .mlv/config
try two.mlv status
chmod 644 two.mlv
rm two
try .mlv/cache/$object checkout
ls two 2>/dev/null
rm -f .mlv/cache/$object
try store/$object fetch
[ ! -e .mlv/cache/$object ] || echo 'something was fetched'
try store fetch
chmod 755 store
chmod 444 store/$object
mlv fetch && mlv checkout && cat one two
