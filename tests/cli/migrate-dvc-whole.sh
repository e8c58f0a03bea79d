# From a repository of DVC to the daily work of another clone: pull, nothing to run, metrics and parameters across the commit that moved in.
make="python3 $SRC/tests/tools/dvc_repo.py --pipeline"
mkdir r && cd r && git init -q && $make && git add . && git commit -qm 'with DVC' && git tag dvc
sed -i 's/0.1/0.2/' params.yaml && echo '{"acc":0.95}' >metrics.json && git commit -qam 'with DVC, better' && git tag better && git checkout -q dvc -- . && git commit -qm back
mlv migrate dvc | tail -n 2 && mlv migrate dvc --check && mlv remote add -q -f -d store ../store && mlv push && mlv push --run-cache
git add .mlv .gitignore .mlvignore '*.mlv' mlv.yaml mlv.lock && git commit -qm mlv && git tag mlv
echo "== in another clone, where DVC's files are gone"
git rm -rq .dvc .dvcignore '*.dvc' dvc.yaml dvc.lock && git commit -qm 'without DVC' && cd .. && git clone -q r clone && cd clone && mlv remote trust -q store
mlv pull && mlv repro && mlv status && mlv fsck && cmp images/cats/b.png ../r/images/cats/b.png && test -x sub/tool
echo "== what was before is compared with what is"
mlv metrics diff dvc HEAD; mlv metrics diff better; mlv params diff better; mlv params diff dvc mlv
echo "== the work goes on"
sed -i 's/0.1/0.3/' params.yaml && sed -i 's/"acc":0.9/"acc":0.99/' mlv.yaml && mlv repro && mlv metrics diff && mlv params diff && mlv push -q && git status --short && git commit -qam more && mlv metrics diff better HEAD
echo "== what DVC ran, and mlv, is restored"
git checkout -q mlv -- mlv.yaml params.yaml && mlv fetch -q --run-cache && mlv repro && git diff --stat mlv -- mlv.lock metrics.json
echo "== what a stage made since is not what DVC had"
cd ../r && git checkout -q mlv && mlv checkout -q -f && echo hand >model.bin && mlv commit -f train && mlv migrate dvc --check; echo "status $?"
