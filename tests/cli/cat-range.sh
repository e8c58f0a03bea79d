# A range needs just the leaves that it lies in; a damaged leaf elsewhere does not matter, one in it ends all.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
seq 1 2700000 | head -c 20000000 >large && seq 1 20 >small && mlv add -q large small && mlv push -q
check() {
	for range in 0-0 0-1048575 1048575-1048576 19999999-19999999 3000000-17000000; do
		first=${range%-*} last=${range#*-}
		tail -c +$((first + 1)) large | head -c $((last - first + 1)) >piece
		mlv cat --range $range large | cmp - piece && echo "$range"
	done
	tail -c 1500000 large >piece
	mlv cat --range 18500000- large | cmp - piece && mlv cat --range 18500000-99999999 large | cmp - piece && echo 18500000-
	mlv cat --range -1500000 large | cmp - piece && echo -1500000
	mlv cat large | cmp - large && mlv cat --range -99999999 large | cmp - large && echo all
	mlv cat --range 2-4 small | tr '\n' ' '; echo
}
echo "from the cache:" && check
mv .mlv/cache kept
echo "from the remote:" && check
file=store/large/*/*[!s]
chmod u+w $file && printf X | dd of=$(echo $file) bs=1 seek=5000000 conv=notrunc 2>/dev/null
mlv cat --range 0-4194303 large | cmp -n 4194304 - large && echo "beside the damage"
mlv cat --range 5242880- large | cmp -i 0:5242880 - large && echo "behind the damage"
mlv cat --range 4999999-5000001 large 2>err | wc -c; grep -c 'damaged, leaf 5 of 20' err
mlv cat large 2>/dev/null >got; echo "status $?"; wc -c <got
for range in 20000000- 5-4 - x 1-2-3 1-x '' 99999999999999999999-; do
	mlv cat --range "$range" large; echo "status $?"
done
# The one who reads has enough.
rm -r .mlv/cache && mv kept .mlv/cache
mlv cat large | head -c 5 | tail -n +2; echo
