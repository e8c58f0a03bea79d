# What lies where a file is to be, or what a manifest says of it, leads nowhere else: hard links, devices, sizes that
# are not true.
mkdir outside repo && echo intact >outside/file && cd repo && git init -q && mlv init -q
echo one >f && mlv add -q f
echo "-- a hard link to a file of somebody else"
ln -f ../outside/file f
mlv checkout; echo "status $?"
mlv checkout -f && cat f ../outside/file && stat -c '%h %a' ../outside/file
echo "-- with the same bytes, it is not made read-only or written later"
echo one >../outside/same && ln -f ../outside/same f && mlv checkout && mlv config cache.type hardlink
mlv checkout --relink && echo more >>../outside/same && cat f && stat -c '%h %a' ../outside/same
mlv config --unset cache.type && mlv checkout --relink
echo "-- a pipe, a socket"
rm -f f && mkfifo f && mlv checkout f; echo "status $?"
mlv checkout -f f; echo "status $?" && stat -c %F f
rm -f f && /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("f")'
mlv checkout f; echo "status $?"
mlv checkout -f f; echo "status $?" && stat -c %F f
echo "-- sizes that are not true"
for said in 0 1 4 6 16777217 9223372036854775807 18446744073709551615; do
	rm -rf data && /usr/bin/python3 "$SRC/tests/tools/forge.py" .mlv/cache data.mlv data f:a:first f@$said:b:other f:c:third
	mlv checkout data >said 2>&1
	echo "$said: status $?, $(ls data 2>/dev/null | tr '\n' ' ')$([ -e data/b ] && cat data/b)"
done
cat ../outside/file
