# Links that came with a clone do not lead what mlv writes out of the repository.
git init -q && mlv init -q && echo one >one
mkdir outside
for name in tmp state cache; do
	rm -rf .mlv/$name && ln -s ../outside .mlv/$name
	mlv add one 2>err
	status=$?
	echo "status $status $(grep -c "symbolic link" err)"
	rm .mlv/$name
done
mkdir -p .mlv/cache/objects && ln -s ../../../outside .mlv/cache/objects/2c
printf 'mlv-store 1\n' >.mlv/cache/format
mlv add one 2>err || echo "status $?"
ls -A outside
