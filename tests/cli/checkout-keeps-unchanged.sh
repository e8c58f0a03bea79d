# Only what changed is touched; --relink makes all anew.
git init -q && mlv init -q
mkdir data && echo 1 >data/a && echo 2 >data/b && mlv add -q data
a=$(stat -c %i data/a) && rm data/b && mlv checkout
[ "$(stat -c %i data/a)" = "$a" ] && echo kept
ln data/a hold && mlv checkout --relink
[ "$(stat -c %i data/a)" != "$a" ] && echo relinked && cat data/a
mlv status
