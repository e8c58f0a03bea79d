# Of a bare repository, whose remote is a directory relative to it.
# not under odd settings: a directory whose name holds a newline is no setting
mkdir src store && cd src && git init -q && mlv init -q && mlv remote add -q -d store ../store
mkdir -p data/a code && echo one >data/a/one && echo 'print(1)' >code/main.py && mlv add -q data
git add . && git commit -qm one && mlv push -q
cd .. && git clone -q --bare src src.git && mkdir else && git clone -q --bare src else/src.git
mlv -q get src.git data && diff -r data src/data && echo same
mlv -q get "file://$PWD/src.git" data/a && diff -r a src/data/a && echo same
mlv -q get src.git code/main.py && cmp main.py src/code/main.py && echo same
mlv get else/src.git data -o d; echo "status $?"
mlv get else/src.git code/main.py -o m && mlv get -q else/src.git . -o all 2>/dev/null; echo "status $?"
git clone -q --bare src.git "%41.git"
mlv get "file://$PWD/%2541.git" data -o d2; echo "status $?"
ls -A
