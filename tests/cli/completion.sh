# The scripts of the three shells are printed, and their shells can read them.
for shell in bash zsh fish; do
	mlv completion $shell >$shell.out
	echo $?
	if command -v $shell >/dev/null; then $shell -n $shell.out; fi
done
cmp bash.out "$SRC/completions/mlv.bash"
cmp zsh.out "$SRC/completions/_mlv"
cmp fish.out "$SRC/completions/mlv.fish"
