# Operands: too many, too few, wrong ones.
mlv version now
echo $?
mlv completion
echo $?
mlv completion tcsh
echo $?
mlv help version now
echo $?
