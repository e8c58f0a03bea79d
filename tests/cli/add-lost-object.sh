# An object that the cache lost is stored again, though the file did not change.
git init -q && mlv init -q
mkdir d && echo 1 >d/x && touch -d '1 hour ago' d/x && echo 2 >f && touch -d '1 hour ago' f
mlv add d f
find .mlv/cache -path '*objects*' -type f | sort >all
rm -rf .mlv/cache/objects/* .mlv/cache/nodes/*
mlv add d f
find .mlv/cache -path '*objects*' -type f | sort | cmp - all
