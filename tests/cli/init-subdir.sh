# Below the root of the git repository only with --subdir; inside a bare one not at all.
git init -q . && mkdir sub && cd sub
mlv init
echo "status $?"
mlv init -q --subdir && mkdir deep && cd deep && mlv root
cd ../.. && git init -q --bare bare.git && mlv init bare.git
