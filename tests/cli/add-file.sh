# A pointer with the id of sha256sum, a cached object, a line in .gitignore; again: unchanged, nothing written.
git init -q && mlv init -q
printf hello >data.csv
mlv add data.csv
cat data.csv.mlv .gitignore
id=$(sha256sum <data.csv | cut -c1-64)
grep -c "$id" data.csv.mlv
find .mlv/cache -type f -size 5c -exec cat {} +; echo
ls -i data.csv.mlv .gitignore data.csv >before
mlv add data.csv
ls -i data.csv.mlv .gitignore data.csv | cmp - before
printf more >>data.csv
mlv add data.csv
grep size data.csv.mlv
cat .gitignore
