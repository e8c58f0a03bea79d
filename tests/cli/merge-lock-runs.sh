# Stages that ran on two branches, merged: different ones at once; one that ran on both is said, and mlv repro settles it.
git init -q && mlv init -q && mlv install -q
cat >mlv.yaml <<'END'
stages:
  left: {cmd: cat l >left.out, deps: [l], outs: [left.out]}
  right: {cmd: cat r >right.out, deps: [r], outs: [right.out]}
  both: {cmd: cat left.out right.out >both.out, deps: [left.out, right.out], outs: [both.out]}
END
echo l1 >l && echo r1 >r && mlv repro -q left right && git add . && git commit -qm base
git checkout -q -b theirs && echo r2 >r && mlv repro -q left right && git commit -qam theirs
git checkout -q main && echo l2 >l && mlv repro -q left right && git commit -qam ours
echo "== different stages"
git merge -q -m merged theirs && mlv status left right && cat right.out && mlv checkout && mlv repro -q left right && git status --short
echo "== the same stage, from what each branch had"
mlv repro -q && git add . && git commit -qm all && git branch -f theirs && echo l3 >l && mlv repro -q && git commit -qam ours
git checkout -q theirs && echo l4 >l && echo r4 >r && mlv repro -q && git commit -qam theirs && git checkout -q main && mlv checkout -q -f
git merge -m merged theirs 2>&1 | grep -v ^Auto
echo "- as it is to be"; git checkout -q --theirs l; git diff --name-only --diff-filter=U | LC_ALL=C sort -u
mlv repro && git add l mlv.lock && git commit -qm merged && mlv status && cat both.out && git status --short
echo "== added on both sides"
git checkout -q -b one && rm mlv.lock && git commit -qam one && git checkout -q -b two && mlv repro -q && git add . && git commit -qm two
git checkout -q one && echo l5 >l && mlv repro -q && git add . && git commit -qm five && git merge -m merged two 2>&1 | grep -v ^Auto
mlv repro -q && git add . && git commit -qm merged && mlv status
