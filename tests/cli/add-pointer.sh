# Files of mlv and git belong in git.
git init -q && mlv init -q
echo x >x
mlv add -q x
echo 'metrics: []' >mlv.yaml
for t in x.mlv mlv.yaml .gitignore . .mlv .mlv/config .git .git/config; do mlv add $t; echo $?; done
