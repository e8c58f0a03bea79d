# A secret goes to config.local alone, which only the user can read, and is never listed.
git init -q . && mlv init -q && mlv remote add -q store https://h/x
mlv remote modify store password hunter2
echo "status $?"
mlv remote modify --local store password hunter2
stat -c %a .mlv/config.local
mlv config --list; mlv config --list --json | grep -c hunter2; mlv remote list
mlv remote add evil https://ada:hunter2@h/x
echo "status $?"
mlv remote add -q --local evil 'https://ada:hunter2@h/x?sig=1' && mlv remote list
grep -c hunter2 .mlv/config
chmod 644 .mlv/config.local && mlv root && mlv remote default store
