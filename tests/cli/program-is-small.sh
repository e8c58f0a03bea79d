# What only some commands need is in modules, not linked into the program: each library costs at every start.
ldd "$(command -v mlv)" | grep -oE 'lib(git2|curl|ssl|expat)[^ ]*'
echo "of these $?"
