# Nothing of mlv is left, and all data; nobody is surprised.
git init -q && mlv init -q && mlv config cache.type symlink
mkdir -p d/sub s && echo 1 >d/x && echo 2 >d/sub/y && echo f >s/f && echo keep >.gitignore
mlv add -q d s/f && ls -F d
mlv destroy; echo "exit $?"
echo n | MLV_TEST_TTY=1 mlv destroy; echo "exit $?"
rm s/f && echo | MLV_TEST_TTY=1 mlv destroy; echo "exit $?"
mlv checkout -q && ls d.mlv
echo y | MLV_TEST_TTY=1 mlv destroy
find . -name .git -prune -o -print | LC_ALL=C sort && cat d/x d/sub/y s/f .gitignore
mlv status; echo "exit $?"
echo "- a cache elsewhere is left"
mlv init -q && mlv cache dir elsewhere && mlv add -q d
mlv --json destroy -f | grep -o '"pointers.*' && ls elsewhere/format && cat d/x
