# A directory counts as one more than its files; a second push has nothing to do.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
echo one >one.txt
mkdir -p data/sub data/empty && echo two >data/two.txt && echo three >data/sub/three.txt
mlv add -q one.txt data
mlv push
mlv push
mlv push one.txt data/sub
rm -r store/roots
mlv push
echo four >data/four.txt && mlv add -q data
mlv push
