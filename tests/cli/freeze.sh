# A frozen pointer says so, keeps its comments, and its import is left alone by update.
git init -q src && cd src && mlv init -q && echo 1 >x && mlv add -q x && git add . && git commit -qm 1 && cd ..
git init -q w && cd w && mlv init -q && mlv import -q ../src x
printf '# mine\n' >kept && cat x.mlv >>kept && mv kept x.mlv
mlv freeze x && mlv freeze x.mlv
head -1 x.mlv && grep -n frozen x.mlv && mlv status
cd ../src && echo 2 >x && mlv add -q x && git commit -qam 2 && cd ../w
mlv update; cat x
mlv update x; echo "exit $?"
mlv --json unfreeze x && grep -c frozen x.mlv
mlv update -q && cat x
mkdir d && echo 1 >d/f && mlv add -q d && mlv freeze d/f; echo "exit $?"
