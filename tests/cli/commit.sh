# What changed is refused without -f, with all targets looked at first.
git init -q && mlv init -q
mkdir d && echo 1 >d/x && echo 1 >f
mlv add -q d f
cp d.mlv d.before; cp f.mlv f.before
echo 22 >d/x; echo 22 >f
mlv commit; echo $?
cmp d.mlv d.before && cmp f.mlv f.before
mlv commit -f d
mlv commit f.mlv; echo $?
mlv commit -f d/x f
mlv commit
mlv commit none; echo $?
mlv commit ff; echo $?
rm f
mlv commit
mlv commit f; echo $?
