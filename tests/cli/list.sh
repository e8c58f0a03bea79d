# What is tracked and what git has, of this repository and others, at any revision, without its data.
mkdir src && cd src && git init -q && mlv init -q && mlv remote add -q -d store ../store
mkdir -p data/a/b code && echo one >data/a/one && printf x >data/a/b/run && chmod +x data/a/b/run && echo top >data/top
echo 'print(1)' >code/main.py && echo csv >code/t.csv && printf 123 >model
mlv add -q data model code/t.csv && git add . && git commit -qm one && git tag v1
echo news >data/news && mlv add -q data
echo "- the work tree, one level"
mlv list && mlv ls --mlv-only --size
echo "- at a revision, into what is tracked"
mlv list . data && mlv list . data --rev v1
mlv list . data/a/b --size && mlv list . data/top --size
mlv list -R --mlv-only --rev HEAD --show-hash | sed 's/[0-9a-f]\{60\}  /...  /'
mlv list . code -R --json | sed 's/[0-9a-f]\{64\}/ID/'
echo "- as a tree"
mlv list -T && mlv list . data --tree --size --level 2 && mlv list -T --mlv-only --show-hash -L 1 | sed 's/[0-9a-f]\{60\}  /...  /'
mlv list -T --json | grep -c isout; mlv list -L 2; echo "exit $?"
echo "- from below, and of a file of git"
cd code && mlv ls && mlv ls .. data/a && mlv ls . main.py && cd ..
echo "- not there"
mlv list . none; echo "exit $?"
mlv list . data/none; echo "exit $?"
mlv list . --rev none; echo "exit $?"
git commit -qam two && mlv push -q && rm -r .mlv/cache
echo "- another repository, whose manifests are at its remote: no data is read"
rm -r ../store/objects && cd ..
mlv ls src data && mlv ls "file://$PWD/src" data --rev v1 2>&1 | sed 's/[0-9a-f]\{64\}/ID/'
git clone -q --bare src bare.git && mlv list bare.git --mlv-only
git init -q plain && cd plain && echo x >x && git add x && git commit -qm x && cd .. && mlv list plain
mlv list nowhere; echo "exit $?"
find . -name '*.tmp' && ls src/.mlv
