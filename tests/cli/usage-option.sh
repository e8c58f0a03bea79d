# An unknown option is refused, with the nearest one that there is.
mlv version --jsn
echo $?
mlv --quite version
echo $?
mlv version --xyzzy
echo $?
mlv version -qx
echo $?
