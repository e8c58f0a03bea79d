# Lines A, M, D of outputs; nothing when nothing changed; counts of files with --summary.
git init -q && mlv init -q
mkdir data && echo 1 >data/a && echo 2 >data/b && echo 3 >file
mlv add -q data file && git add -A && git commit -qm one
rm -r data file
mlv checkout && echo -- nothing: && mlv checkout
rm data/a && echo -- && mlv checkout
rm file && rm data/b && chmod +x data/a && mlv checkout --summary
mlv checkout --summary
mlv checkout --json
