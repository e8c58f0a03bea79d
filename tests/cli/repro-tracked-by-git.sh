# An output that git tracks is refused, with what to do, before anything runs or is written; one that mlv does not keep may be.
git init -q && mlv init -q
export GIT_AUTHOR_DATE="1700000000 +0000" GIT_COMMITTER_DATE="1700000000 +0000"
mkdir -p d/e "a dir" sub && echo old >d/e/x && echo old >"a dir/it's" && echo old >free && echo old >sub/o
git add -A && git commit -qm one
echo "== stage add"
mlv stage add -n s -o d 'echo new >d'; echo "status $?"
mlv stage add -n s -o "a dir/it's" 'echo new >x'; echo "status $?"
(cd sub && mlv stage add -n s -M m.json --outs-persist o 'echo new >o'); echo "status $?"
ls mlv.yaml sub/mlv.yaml .gitignore 2>/dev/null
mlv stage add -q -n free -O free 'echo new >free' && mlv repro && cat free
echo "== repro"
cat >>mlv.yaml <<'END'
  kept: {cmd: mkdir d; echo new >d/e, outs: [d]}
  other: {cmd: echo other >other, outs: [other]}
END
mlv repro -k; echo "status $?"
cat d/e/x other && git status --short && cat .gitignore
echo "== what to do"
git rm -r -q --cached d && git commit -qm two && mlv repro && cat d/e && git status --short
echo "== up to date, and tracked since: nothing is said until it is to run again"
git add -f d && mlv repro kept && rm -r d && mlv repro kept; echo "status $?"
