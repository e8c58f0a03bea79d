# dvc.yaml and dvc.lock come along: what ran is recorded with our ids, what cannot be is said.
make="python3 $SRC/tests/tools/dvc_repo.py --pipeline"
mkdir r && cd r && git init -q && $make && mkdir src && echo 'x = 1' >src/x.py && echo 'y' >src/ä.py && chmod +x src/x.py
# A stage in a folder, with a wdir, a directory of git's, and outputs that are directories.
mkdir -p sub/work && cp -r images sub/work/pics && cat >sub/dvc.yaml <<END
stages:
  pics:
    wdir: work
    cmd: cp -r ../../images pics
    deps:
    - ../../images
    - ../../src
    outs:
    - pics:
        push: false
        persist: true
END
sum() { md5sum <"$1" | cut -c1-32; }
src=$(printf '[{"md5": "%s", "relpath": "x.py"}, {"md5": "%s", "relpath": "\\u00e4.py"}]' "$(sum src/x.py)" "$(sum src/ä.py)" | md5sum | cut -c1-32)
images=$(sed -n 's/- md5: //p' images.dvc)
printf 'schema: "2.0"\nstages:\n  pics:\n    cmd: cp -r ../../images pics\n    deps:\n    - {path: ../../images, hash: md5, md5: %s, size: 1, nfiles: 4}\n    - {path: ../../src, hash: md5, md5: %s.dir}\n    outs:\n    - {path: pics, hash: md5, md5: %s}\n' "$images" "$src" "$images" >sub/dvc.lock
echo /pics >sub/work/.gitignore && git add . && git commit -qm dvc && cp dvc.yaml ../before
mlv migrate dvc -n && mlv migrate dvc && cmp mlv.yaml ../before && cat mlv.lock sub/mlv.lock && mlv stage list
echo "== a dependency changed, an output is gone"
rm mlv.lock && echo more >>prep.py && rm model.bin && find .dvc/cache/files -type f | xargs grep -l 'model of' | xargs rm -f
mlv migrate dvc; echo "status $?"; cat mlv.lock
echo "== what mlv recorded itself stays"
cp mlv.lock ../lock 2>/dev/null; git checkout -q prep.py && mlv -q migrate dvc; echo "status $?"; grep -c path mlv.lock
echo "== locks that say what no lock says"
rm mlv.lock
for text in '[' 'schema: "2.0"' 'schema: "2.0"
stages: {a: {deps: []}}' 'schema: "2.0"
stages: {a: {cmd: x, deps: [{path: ../../x, md5: acbd18db4cc2f85cedef654fccc4a4d8}]}}' 'schema: "2.0"
stages: {a: {cmd: x, outs: [{path: x, md5: x}]}}' 'schema: "2.0"
stages: {a: {cmd: x, outs: [{md5: acbd18db4cc2f85cedef654fccc4a4d8}]}}'; do
	printf '%s\n' "$text" >dvc.lock && mlv -q migrate dvc; echo "status $?"
done
LC_ALL=C ls -A
echo "== nothing runs again; what the run cache knows is restored; metrics of before and after"
mkdir ../after && cd ../after && git init -q && $make && git add . && git commit -qm dvc && mlv migrate dvc | tail -n 2 && git add . && git commit -qm mlv
mlv repro && mlv status && rm mlv.lock model.bin && mlv repro && mlv status && git status --short
echo '{"acc": 0.8}' >metrics.json && mlv metrics diff --targets metrics.json HEAD~1 && mlv metrics diff --targets metrics.json HEAD
