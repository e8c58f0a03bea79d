# With core.autostage what add and commit write is in git's index, as git add would have put it.
git init -q && mkdir -p sub && cd sub && mlv init -q --subdir
mlv config core.autostage true
git add -A . && git commit -q -m start
mkdir -p d/e && echo 1 >d/e/f && echo 2 >d/e/g
mlv add d/e && git status --short
git commit -q -m data
git diff --cached --quiet && git status --short

echo "- a change, and what others staged meanwhile stays"
echo mine >own && git add own && echo 11 >d/e/f
mlv commit -f d/e/f && git status --short

echo "- what was written without it, and is unchanged"
git reset -q && mlv add d/e && git status --short
git reset -q --hard && git commit -q --allow-empty -m clean

echo "- a locked index: the data are tracked, and what is left to do is told"
echo 3 >d/e/new && touch "$(git rev-parse --git-dir)/index.lock"
mlv add d/e; echo "exit $?"
rm "$(git rev-parse --git-dir)/index.lock"
git status --short
mlv add d/e && git status --short
git fsck --no-dangling && git diff --exit-code
