# What named the remote as default, at any level, is cleared with it; comments stay.
git init -q . && mlv init -q && mlv remote add -q -d store /data && mlv remote add -q two /two
mlv remote default --global store && mlv remote modify --local store user ada
mlv remote remove stor
echo "status $?"
mlv remote remove store && mlv remote list && mlv config --list
mlv remote default
echo "status $?"
cat .mlv/config
