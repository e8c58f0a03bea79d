# What another repository tracks is got, by path or URL, bare or not, of any revision; also what git has.
mkdir src store && cd src && git init -q && mlv init -q && mlv remote add -q -d store ../store
mkdir -p data/a/b/empty code/tool && echo one >data/a/one && printf x >data/a/b/run && chmod +x data/a/b/run
ln -s one data/a/link && echo top >data/top && seq 3000000 | head -c 17000000 >model
echo 'print(1)' >code/main.py && echo '#!' >code/tool/go && chmod +x code/tool/go && echo csv >code/tool/t.csv
mlv add -q data model code/tool/t.csv && git add . && git commit -qm one && git tag v1
echo new >data/top && mlv add -q data && git commit -qam two && mlv push -q -a -T
cd ..
echo "== by path"
mlv get src model && cmp model src/model
mlv get src data/a -o part && diff -r src/data/a part && ls -F part/b
mlv get src data --rev v1 -o old && cat old/top
mlv get src data/top && cat top
mlv get src code/main.py -o m.py && cat m.py
mlv get src code && ls -RF code
mkdir into && mlv get src/ model.mlv -o into; echo "status $?"
mlv get src data/a/b/run -o into && ls -F into
mlv -q get src . -o all && LC_ALL=C ls all
echo "== without its cache: from its remote"
rm -r src/.mlv/cache
mlv get src model -o m2 && cmp m2 model
mlv get "file://$PWD/src" data -o d2 && diff -r d2 src/data && echo same
mlv get src model --show-url
mlv get src data --show-url
mlv --json get src data/top -o t2
echo "== refused"
mlv get src model; echo "status $?"
echo other >m2 && mlv get -f src model -o m2 && cmp m2 model
mlv get -f src data/a -o d2 && ls d2
mlv get src nothing; echo "status $?"
mlv get src data/nothing; echo "status $?"
mlv get src model/x; echo "status $?"
mlv get src ../x; echo "status $?"
mlv get src data/a/link; echo "status $?"
mlv get src data --rev v9; echo "status $?"
mlv get nowhere data; echo "status $?"
mlv get src/data top; echo "status $?"
mlv get ext::sh x; echo "status $?"
mlv get ftp://h/x x; echo "status $?"
mlv get src code/main.py --show-url; echo "status $?"
mlv get src data/a/b --show-url; echo "status $?"
LC_ALL=C ls -A
