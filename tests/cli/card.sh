# A card: people's text stays, numbers follow the records, and check finds each that does not.
git init -q && mlv init -q
. "$SRC/tests/cli/report-data"
mlv card build || echo "$?"
data 25 >p.csv && mlv eval -q
mlv card check || echo "$?"
mlv card build && cp MODEL_CARD.md first.md && mlv card build && cmp first.md MODEL_CARD.md
mlv card check || echo "$?"
fill() {
	awk '{ print } /^## (Model|Uses|Bias|Training)/ { print "\nAda wrote this in " $2 "." }' MODEL_CARD.md >new && mv new MODEL_CARD.md
}
awk '/^---$/ { n++ } n == 2 && /^# / && !done { $0 = "# A model of \"all\""; done = 1 } { print }' MODEL_CARD.md >new && mv new MODEL_CARD.md
fill && mlv card build -q && mlv card check
cat MODEL_CARD.md
git add . && git commit -qm one
echo "--- one digit"
sed -i 's/^| overall | 600 | 0\.7/| overall | 600 | 0.8/' MODEL_CARD.md && mlv card check || echo "$?"
mlv card build -q && git diff --stat
echo "--- other predictions"
data 40 >p.csv && mlv eval -q
mlv card check || echo "$?"
mlv card build -q && mlv card check && git diff --stat MODEL_CARD.md | tail -1
sed -i 's/in Uses/in its uses/; s/^## Provenance/## Origin/' MODEL_CARD.md
mlv card diff
mlv card diff HEAD --json | /usr/bin/python3 -c 'import json, sys; print(len(json.load(sys.stdin)["changes"]))'
echo "--- what drifted"
git checkout -q MODEL_CARD.md && mlv card build -q && mlv card check
windows && mlv card check || echo "$?"
mlv card build -q && mlv card check && grep drifted MODEL_CARD.md
git checkout -q MODEL_CARD.md && rm -r monitor
echo "--- blocks that are none"
sed -i '/mlv:begin prov/d' MODEL_CARD.md && mlv card check || echo "$?"
git checkout -q MODEL_CARD.md && sed -i 's/results test/results gone/' MODEL_CARD.md && mlv card build || echo "$?"
mlv card check || echo "$?"
git checkout -q MODEL_CARD.md && printf '<!-- mlv:begin index -->\r\n' >>MODEL_CARD.md && mlv card check || echo "$?"
git checkout -q MODEL_CARD.md && printf '\0' >>MODEL_CARD.md && mlv card check || echo "$?"
echo "--- for others"
mlv card export || echo "$?"
git checkout -q MODEL_CARD.md && mlv card export --hf | head -20
mlv card export --mct -o card.json && /usr/bin/python3 - <<'PYTHON'
import json
card = json.load(open("card.json"))
metrics = card["quantitative_analysis"]["performance_metrics"]
print(card["schema_version"], card["model_details"], len(metrics), metrics[0])
print(card["considerations"]["limitations"])
PYTHON
