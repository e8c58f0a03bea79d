# A page: nothing of the data becomes HTML or a script, and without Vega the tables stand open.
git init -q && mlv init -q
. "$SRC/tests/cli/report-data"
mlv report --html page.html || echo "$?"
data 25 >p.csv && mlv eval -q && git add . && git commit -qm one
mlv report --vega none --html page.html
grep -c 'Before' page.html
data 40 >p.csv && mlv eval -q
mlv report --vega none --html page.html && grep -c 'class="verdict worse"' page.html
windows
git commit -qam two && mlv report --vega none --html page.html --base HEAD~1 && grep -c 'class="verdict worse"' page.html
mlv report || mlv report --html x nosuch || echo "$?"
mlv report --html x --base nosuch || echo "$?"
# A stand-in for Vega whose text has what would end its element.
mkdir vega
for piece in util event-selector expression time format loader statistics dataflow scale canvas scenegraph transforms \
	view-transforms encode projection geo functions runtime selection parser interpreter; do
	echo '"</SCRIPT>" /* <!-- */' >vega/vega-$piece.min.js
done
mlv report --vega vega --html page.html || echo "$?"
echo '"piece"' >vega/vega-view.min.js
mlv report --vega vega --html page.html --json
cat >check.py <<'PYTHON'
import html.parser, json, sys
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.scripts, self.depth, self.outside, self.rows = [], [], [], 0
        self.void = {"meta", "link"}
    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "script":
            self.scripts.append((attrs.get("type", "text/javascript"), []))
        if tag not in self.void:
            self.depth.append(tag)
        self.outside += [v for k, v in attrs.items() if k in ("src", "href") and not v.startswith("#")]
        self.outside += [k for k in attrs if k.startswith("on")]
        self.rows += tag == "tr"
    def handle_endtag(self, tag):
        assert self.depth.pop() == tag, tag
    def handle_data(self, data):
        if self.depth and self.depth[-1] == "script":
            self.scripts[-1][1].append(data)
page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
assert not page.depth and not page.outside, (page.depth, page.outside)
code = [s for s in page.scripts if s[0] == "text/javascript"]
specs = [json.loads("".join(s[1])) for s in page.scripts if s[0] == "application/json"]
assert len(code) == 1 and "alert" not in "".join(code[0][1])
names = {row["slice"] for spec in specs for row in spec["data"][0]["values"] if "slice" in row}
print(len(specs), "specifications,", page.rows, "rows of tables")
print(*sorted(names), sep="\n")
PYTHON
/usr/bin/python3 check.py page.html
grep -c '<details open>' page.html
# Groups that the record cannot say anything of stop nothing; a log that is none does.
sed -i 's/{by: age, reference: min/{by: age, control: g, reference: min/' mlv.yaml
mlv report --vega none --html page.html && grep -o '<p>Left out.*' page.html
echo '{"window"' >>monitor/prod.jsonl
mlv report --vega none --html page.html || echo "$?"
