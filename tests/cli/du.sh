# How much is tracked, by path, without the data.
mkdir src && cd src && git init -q && mlv init -q
mkdir -p data/a/b more && head -c 3000 /dev/zero >data/a/x && head -c 20 /dev/zero >data/a/b/y && echo top >data/top
echo z >more/z && printf 12345 >model && echo git >code.py
mlv add -q data model more/z && git add . && git commit -qm one
rm -rf .mlv/cache/objects data
mlv du && mlv du -b && mlv du -s
mlv du . data -b && mlv du . data/a -s && mlv du . model -b
mlv --json du
cd .. && mlv du src data/a/b -b
mlv du src code.py; echo "exit $?"
