# Values: missing, not a number, one where none belongs, too large.
mlv version -j
echo $?
mlv version --jobs=many
echo $?
mlv version --json=yes
echo $?
mlv version -j 99999
echo $?
mlv -C nowhere version
echo $?
