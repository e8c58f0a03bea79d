# Empty files are tracked, and stay files of their own.
git init -q && mlv init -q
: >a; : >b
mlv add a b
stat -c %h a b
grep -h sha256 a.mlv b.mlv | sort | uniq -c | sed 's/^ *//'
