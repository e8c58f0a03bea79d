# Beyond a linked directory: refused. A link to a file is taken for the file; others are refused.
git init -q && mlv init -q
mkdir real && echo x >real/x
ln -s real dir
mlv add dir/x; echo $?
mlv add dir; echo $?
ln -s nowhere dangling
mlv add dangling; echo $?
ln -s real/x link
mlv add link; echo $?
cat link.mlv
cat link real/x; [ -h link ] || echo 'a file now'
mlv add link
