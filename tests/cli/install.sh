# make install puts all in its place, from where it works; make uninstall leaves nothing behind.
# not under odd settings: make cannot pass every path on
env -i PATH="$PATH" HOME="$HOME" make -s -C "$SRC" install DESTDIR="$PWD/root" PREFIX=/usr >log 2>&1 || cat log
bin=$PWD/root/usr/bin
(cd root/usr && find . -type f ! -name '*.[15]' | sort)
[ "$(find root -name '*.[15]' | wc -l)" = "$(ls "$SRC"/man/*.[15] | wc -l)" ] || echo "pages are missing"
[ "$(stat -c %a "$bin/mlv")" = 755 ] || stat -c %a "$bin/mlv"
"$bin/mlv" version
for shell in bash zsh fish; do
	"$bin/mlv" completion $shell >out && "$SRC/mlv" completion $shell | cmp - out
done
env -i PATH="$PATH" HOME="$HOME" make -s -C "$SRC" uninstall DESTDIR="$PWD/root" PREFIX=/usr >log 2>&1 || cat log
find root ! -type d
