# Problems are listed, and are the answer no; sound places are not.
git init -q . && mlv init -q && mlv doctor >out; echo "status $?"
grep -c '^problem' out
printf '[core]\n\tjobs = x\n\tremote = gone\n' >.mlv/config && mlv doctor >out
echo "status $?"
grep '^problem' out
find .mlv/tmp -type f
