# By SFTP a file that is replaced is missing for a moment: gc is refused, before anything is asked or written.
git init -q && mlv init -q && mlv remote add -q -d store sftp://nobody@localhost:9/store
echo one >one && mlv add -q one
for how in -f --dry; do
	mlv gc -c -w $how --grace 0
	echo "status $?"
done
