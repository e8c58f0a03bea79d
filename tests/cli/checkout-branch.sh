# What only another branch tracks is removed after git switched, as far as it is stored.
git init -q && mlv init -q
echo base >base && mlv add -q base && git add -A && git commit -qm base
git checkout -q -b more
mkdir dir && echo 1 >dir/1 && echo 2 >dir/2 && echo file >only && echo changed >base
mlv add -q dir only base && git add -A && git commit -qm more
git checkout -q main && mlv checkout && ls
git checkout -q more && mlv checkout && ls dir
git checkout -q main && echo mine >>only && echo untracked >dir/3
mlv checkout; echo "status $?"
cat only; ls dir
# What git itself tracks now is not mlv's to remove.
git checkout -q more && rm -r only && mlv checkout -f >/dev/null && git checkout -q main
echo file >only && git add -f only && mlv checkout; cat only
