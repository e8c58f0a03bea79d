# A fresh clone pulls: A for each output; then there is nothing to do.
git init -q one && cd one && mlv init -q && mkdir ../store && mlv remote add -q -d store ../store
mkdir -p data/sub && echo 1 >data/1 && echo 2 >data/sub/2 && echo single >single && chmod +x single
mlv add -q data single && git add . && git commit -qm one && mlv push -q
cd .. && git clone -q one two && cd two
mlv remote trust -q store
mlv pull
mlv pull
cat data/1 data/sub/2 && ls -l single | cut -c1-10
cd ../one && echo 3 >data/3 && rm data/1 && echo double >single && mlv add -q data single
git commit -qam two && mlv push -q
cd ../two && git pull -q
mlv pull
ls data
