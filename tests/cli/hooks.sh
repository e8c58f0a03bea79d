# git runs mlv: what a branch tracks is checked out, what a push names is pushed; hooks of the user run first.
git init -q && mlv init -q
mlv install && mlv install && git config merge.mlv.driver && cat .gitattributes
ls .git/hooks | grep -v sample
echo one >data && mlv add -q data && git add . && git commit -qm one
git checkout -q -b other && echo two >data && mlv add -q data && git commit -qam two
git checkout -q main && cat data && git checkout -q other && cat data
echo "== a commit tells what differs, and goes on"
echo changed >data && echo x >file && git add file .mlv && git commit -qm file && mlv add -q data && git commit -qam three
echo "== checking out a file is none of a branch; unstored data stays"
echo mine >data && git checkout -q HEAD -- file && cat data && git checkout -q main; echo "status $?"; cat data
git checkout -q other 2>/dev/null; mlv checkout -q -f
echo "== a push pushes data first"
git init -q --bare ../far && git remote add far ../far
git push -q far main && echo "pushed without a remote of mlv"
mlv remote add -q -d store ../store && git commit -qam remote && mkdir ../store && git push -q far other && mlv status -c
echo new >n && mlv add -q n && git add . && git commit -qm n
mlv remote modify -q store url http://127.0.0.1:1/x && export MLV_TEST_CLOCK=virtual && git push -q far other 2>/dev/null; echo "status $?"
git --git-dir=../far log -1 --format=%s other; git checkout -q .
echo "== a merge checks out"
git checkout -q main && git merge -q other && cat data n
echo "== taken away"
mlv install --uninstall && ls .git/hooks | grep -v sample; git config merge.mlv.driver; mlv install --uninstall
echo "== chained"
printf '#!/bin/sh\necho "mine: $*" >&2\nexit $(cat ok)\n' >.git/hooks/pre-commit && chmod +x .git/hooks/pre-commit && echo 0 >ok
mlv install && mlv --json install && echo 1 >n && git add . && git commit -qm ok; echo 1 >ok && git add . && git commit -qm no; echo "status $?"
printf 'other' >.git/hooks/pre-commit && mlv install; echo "status $?"
rm .git/hooks/pre-commit && mlv install && mlv install --uninstall && cat .git/hooks/pre-commit
echo "== where git looks for them"
git config core.hooksPath .githooks && mlv install -q && ls .githooks
git config core.hooksPath /tmp/shared && mlv install; echo "status $?"
