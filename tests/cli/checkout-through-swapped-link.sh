# A directory of the tree that the user (or an attacker) replaced by a link is not written through.
mkdir outside repo && cd repo && git init -q && mlv init -q
mkdir -p data/sub && echo one >data/sub/file && echo top >data/top
mlv add -q data
rm -rf data/sub && ln -s ../../outside data/sub
mlv checkout -f >/dev/null 2>err
[ ! -e ../outside/file ] || echo "written through the link"
[ "$(cat data/sub/file)" = one ] && [ ! -L data/sub ] || { echo "not restored"; cat err; }
