# How far the confusion matrices of two versions are apart, by shares of the true class; classes are called by name.
git init -q && mlv init -q
cat >mlv.yaml <<'END'
evals:
  pets: {predictions: p.csv, task: multiclass, columns: {id: id, label: y, pred: p}, metrics: [accuracy]}
END
table() {
	printf '%s\n' id,y,p "$@" >p.csv
	mlv eval -q
}
table 1,cat,cat 2,cat,dog 3,cat,cat 4,cat,cat 5,dog,dog 6,dog,dog && mlv add -q p.csv && git add -A && git commit -qm one
# A class that is guessed for the first time comes before others; the rows of another one are gone.
table 1,cat,ape 2,cat,cat 3,cat,ape 4,cat,cat
mlv report --vega none --html page.html
/usr/bin/python3 - <<'PYTHON'
import html, re
page = open("page.html", encoding="utf-8").read()
part = page[page.index("Now less before"):]
for row in re.findall("<tr>(.*?)</tr>", part[:part.index("</table>")], re.S):
    print(*(html.unescape(re.sub("<[^>]*>", "", cell)) or "-" for cell in re.findall("<t[hd][^>]*>(.*?)</t[hd]>", row)), sep=" | ")
PYTHON
