# Without a remote, and with one that nobody knows: what to type.
git init -q && mlv init -q
echo one >one.txt && mlv add -q one.txt
mlv push
echo "status $?"
mlv remote add -q store store
mlv push -r stroe
echo "status $?"
mlv push nothing.txt
