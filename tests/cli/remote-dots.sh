# A dot is a letter of a remote's name like others: what it names is one remote, not an option of another.
git init -q && mlv init -q && echo one >one && mlv add -q one
mlv remote add -d my.store ../s1 && mlv remote add my ../s2 && mlv remote add my.store.eu-1 ../s3 && mkdir ../s1 ../s2 ../s3
mlv remote list && mlv remote default && mlv push && mlv push -r my && mlv push -r my.store.eu-1
mlv remote modify my.store jobs 3 && mlv remote modify --local my.store password geheim && mlv config remote.my.store.jobs
mlv config remote.my.store.jobs 4 && mlv config --list --show-origin
echo "- renamed"
mlv remote rename my.store our.depot && mlv config --list --show-origin && mlv remote default && rm -rf .mlv/cache one && mlv pull
mlv remote rename our.depot store && mlv remote rename store my.store && mlv remote modify -u my.store jobs
echo "- one goes, and those whose names begin or end alike stay"
mlv remote remove my && mlv remote list && mlv remote remove my.store && mlv remote list && cat .mlv/config .mlv/config.local
mlv remote default
echo "status $?"
echo "- refused"
for name in .a a. .. a/b; do mlv remote add "$name" ../s4; echo "status $?"; done
mlv remote modify my.store.eu-1 jobs.x 3
echo "status $?"
mlv remote modify my store.eu-1.url ../evil
echo "status $?"
mlv push -r my.store
echo "status $?"
mlv remote remove my.store.eu
echo "status $?"
echo "- a clone is asked for trust by the whole name"
git add . && git commit -qm one && git clone -q . ~/clone && cd ~/clone && mlv doctor | grep remote
mlv remote trust my.store.eu-1 && mlv doctor | grep remote
