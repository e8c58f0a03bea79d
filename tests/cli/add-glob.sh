# --glob expands *, **, ?, [...]; without it a star is a star.
git init -q && mlv init -q
mkdir -p d/e/f .hidden
touch d/a.csv d/b.csv d/e/c.csv d/e/f/d.csv d/e/f/x.txt .hidden/y.csv top.csv 'star*'
mlv add 'd/*.csv'; echo $?
mlv add --glob 'd/?.csv'
mlv add --glob 'd/*.csv'
mlv add --glob '**/*.csv'
mlv add 'star*'
cat .gitignore
mlv add --glob 'd/[x-z]*'; echo $?
mlv add --glob 'd/**'
