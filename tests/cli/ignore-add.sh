# What .mlvignore leaves out is not tracked, not shown, and stays where it is.
git init -q && mlv init -q
mkdir -p data/logs data/sub/logs data/none data/all
printf 'logs/\n*.tmp\n/data/sub/one\n' >.mlvignore
for f in data/x data/x.tmp data/logs/l data/sub/logs/l data/sub/one data/sub/two data/all/a.tmp; do echo $f >$f; done
mlv add data
mlv ls-tree --name-only data
mlv status && mlv diff
echo "- a change of what is ignored is none; rules can be taken back"
echo more >data/new.tmp && mlv status
echo '!new.tmp' >>.mlvignore && mlv status --granular
mlv commit -f data && mlv ls-tree --name-only data
echo "- a part, and a part that is ignored"
mlv add data/sub && mlv add data/all && mlv status
mlv add data/x.tmp; echo "exit $?"
mlv add data/logs/l; echo "exit $?"
echo "- by itself, and by a pattern"
echo y >y.tmp && echo z >z.dat && mlv add y.tmp; echo "exit $?"
mlv add --glob '*.tmp' '*.dat'
ls *.mlv
echo "- what has a pointer is never ignored, nor what lies below by that"
echo 'z.dat' >>.mlvignore && echo /data/ >>.mlvignore
echo zz >z.dat && echo xx >data/x
mlv status && mlv add z.dat data/x && mlv status
echo "- rules inside of what is tracked"
echo '*' >data/sub/.mlvignore
mlv add data; echo "exit $?"
mlv status --granular
