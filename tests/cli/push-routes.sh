# `remote:` sends an output to its own remote, `push: false` to none.
git init -q && mlv init -q
mkdir store other && mlv remote add -q -d store store && mlv remote add -q other other
for name in a b c; do echo $name >$name && mlv add -q $name; done
echo '  remote: other' >>b.mlv
echo '  push: false' >>c.mlv
mlv push
find store/objects other/objects -type f | sed 's|/[^/]*$||' | LC_ALL=C sort
rm -r other/*
mlv push -r store
mlv push -r other
find store/objects other/objects -type f | sed 's|/[^/]*$||' | LC_ALL=C sort
rm -r .mlv/cache
mlv fetch
mlv fetch c
