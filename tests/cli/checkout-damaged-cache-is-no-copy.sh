# A file is not overwritten when its copy in the cache is damaged.
git init -q && mlv init -q
echo one >file && mlv add -q file && cp file.mlv old
echo two >file && mlv add -q file
two=$(sha256sum file | cut -c1-64)
object=.mlv/cache/objects/$(echo "$two" | cut -c1-2)/$(echo "$two" | cut -c3-)
chmod +w "$object" && echo TWO >"$object"
cp old file.mlv
mlv checkout; echo "status $?"
cat file
