# The page in a browser, wide and light, narrow and dark: every chart is drawn, and the console has nothing to say.
# not under odd settings: what a browser makes of the page depends on none of them
command -v chromium >/dev/null || { echo "there is no chromium" >&2; exit 77; }
[ -d /usr/share/javascript/vega ] || { echo "there is no libjs-vega" >&2; exit 77; }
git init -q && mlv init -q
. "$SRC/tests/cli/report-data"
data 25 >p.csv && mlv eval -q && git add . && git commit -qm one
data 40 >p.csv && mlv eval -q && git commit -qam two
data 30 >p.csv && mlv eval -q
windows
mlv report --html page.html
# As root a browser has no sandbox of its own; it is given no network, and a profile of its own.
browse() {
	chromium --headless --no-sandbox --disable-gpu --user-data-dir="$TMPDIR/profile" --disable-dev-shm-usage \
		--host-resolver-rules='MAP * ~NOTFOUND' --enable-logging=stderr --v=0 --hide-scrollbars \
		--virtual-time-budget=20000 "$@" "file://$PWD/page.html" 2>log
	grep CONSOLE log
}
browse --window-size=1200,900 --screenshot=wide.png
browse --window-size=1200,900 --dump-dom >dom
grep -o '<h2>.*</h2>' page.html
echo "$(grep -c '<div class="plot"' page.html) charts, $(grep -o 'data-charts="[0-9]*"' dom) drawn"
grep -o 'data-drawn="[0-9]*"' dom | sort | uniq -c | grep -c '"0"'
browse --window-size=360,800 --force-dark-mode --blink-settings=preferredColorScheme=0 --screenshot=dark.png
browse --window-size=360,800 --blink-settings=preferredColorScheme=0 --dump-dom >dom
grep -o 'data-charts="[0-9]*"' dom
file=/usr/bin/python3
"$file" - <<'PYTHON'
# What was painted: a page of one colour has no charts on it.
import struct, zlib
def colours(path):
    data = open(path, "rb").read()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    at, packed = 8, b""
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        packed += data[at + 8:at + 8 + size] if name == b"IDAT" else b""
        at += size + 12
    raw = zlib.decompress(packed)
    return width, height, len(raw) // height, len(set(raw[i:i + 3] for i in range(1, len(raw) - 3, 97)))
for path in ("wide.png", "dark.png"):
    width, height, _, seen = colours(path)
    print(path, width, height, "many colours" if seen > 50 else "%d colours" % seen)
PYTHON
