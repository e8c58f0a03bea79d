# An unknown command is refused, with the nearest one that there is: added, dropped, changed, swapped letters.
for word in verion versionn varsion vesrion; do
	mlv $word
	echo $?
done
mlv frobnicate
echo $?
mlv
echo $?
