# What two branches made of a tracked directory is merged path by path; conflicts are named, and nothing is lost.
git init -q && mlv init -q && mlv install -q
mkdir -p data/sub && for i in $(seq 300); do echo $i >data/f$i; done && echo s >data/sub/s && echo f >file
mlv add -q data file && git add . && git commit -qm base
git checkout -q -b ours && echo ours >data/f1 && echo o >data/sub/o && rm data/f2 && mlv add -q data && git commit -qam ours
git checkout -q main && git checkout -q -b theirs && echo theirs >data/f300 && echo t >data/sub/t && rm data/f3 && mlv add -q data
echo "# note" >>data.mlv && git commit -qam theirs
echo "== disjoint changes"
git checkout -q ours && git merge -q -m merged theirs 2>&1; echo "status $?"
git status --short; cat data/f1 data/f300 data/sub/o data/sub/t; ls data/f2 data/f3; mlv status
find data -type f | wc -l; grep nfiles data.mlv
echo "== the same on both sides"
git checkout -q -b same main 2>/dev/null && echo ours >data/f1 && mlv add -q data && git commit -qam same
git checkout -q theirs 2>/dev/null && echo ours >data/f1 && mlv add -q data && git commit -qam same2 && git merge -q -m same same; echo "status $?"
echo "== conflicts"
git checkout -q -b clash main 2>/dev/null && echo clash >data/f1 && echo clash >data/sub/o && echo fine >data/new && mlv add -q data && git commit -qam clash
git merge -m no ours >out 2>err; echo "status $?"; grep -v '^Auto' out; cat err
git status --short -uno; git checkout --theirs data.mlv && mlv checkout && cat data/f1 && git merge --abort && mlv checkout -q && cat data/f1
echo "== files"
echo a >file && mlv add -q file && git commit -qam a && git checkout -q -b b main 2>/dev/null && echo b >file && mlv add -q file && git commit -qam b
git merge -m no clash >out 2>err; echo "status $?"; grep -v '^Auto' out; cat err; git merge --abort
echo "== options differ"
git checkout -q -b opt main 2>/dev/null && sed -i 's/nfiles: .*/&\n  push: false/' data.mlv && echo o >data/opt && mlv add -q data && git commit -qam opt
git merge -m no ours >out 2>err; echo "status $?"; cat err; git merge --abort
echo "== both added"
git checkout -q -b add1 main 2>/dev/null && mkdir d && echo 1 >d/one && mlv add -q d && git add . && git commit -qm add1
git checkout -q -b add2 main 2>/dev/null && mkdir -p d && echo 2 >d/two && mlv add -q d && git add . && git commit -qm add2
git merge -q -m both add1; echo "status $?"; ls d
echo "== manifests that are not here come from the remote"
mkdir ../store && mlv remote add -q -d store ../store && git add . && git commit -qm remote && mlv push -q -A
git clone -q . ../clone && cd ../clone && mlv install -q && git checkout -q ours 2>/dev/null && git merge -q -m m origin/theirs 2>/dev/null; echo "status $?"
git merge --abort && mlv remote add -q -d store ../store && git merge -q -m m origin/theirs 2>/dev/null; echo "status $?"; grep nfiles data.mlv
