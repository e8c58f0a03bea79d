# The first push makes the directory of the remote; a fetch never does.
git init -q && mlv init -q && echo one >one && mlv add -q one
mlv remote add -q -d store ../store
mv .mlv/cache away && mlv fetch 2>/dev/null || echo "status $?"
rm -rf .mlv/cache && mv away .mlv/cache
[ ! -e ../store ] || echo "made by fetch"
mlv push
[ -s ../store/format ] || echo "not made by push"
rm -r ../store
