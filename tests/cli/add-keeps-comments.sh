# Comments, meta, desc and keys of one's own survive.
git init -q && mlv init -q
echo 1 >x
mlv add -q x
{ echo '# mine'; echo 'desc: what it is   # d'; sed 's/size: 2/size: 2   # bytes/' x.mlv; printf '  labels: [a]\nmeta:\n  who: me\n'; } >t && mv t x.mlv
echo 22 >x
mlv add x
cat x.mlv
rm x && mkdir x && echo 1 >x/1
mlv add x
cat x.mlv
