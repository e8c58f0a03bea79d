# What is removed is tracked no more; the data stays, the user's own, or goes if the cache has it.
git init -q && mlv init -q && mlv config cache.type symlink
mkdir -p d/sub && echo 1 >d/x && echo 2 >d/sub/y && echo f >f && echo g >g && echo keep >.gitignore
mlv add -q d f g && cp f.mlv kept.txt
ls -F d
mlv rm f.mlv d && mlv remove -q g
ls -F d . && cat d/x d/sub/y f .gitignore && mlv status
rm -r .mlv/cache && cat d/x && mlv checkout && cat f
echo "- with its data"
mlv add -q d f g
mlv --json remove --outs g f && ls
echo "- what is not stored stays, and nothing is removed"
mlv unprotect -q d && echo changed >d/x && echo new >d/new
mlv remove --outs d; echo "exit $?"
find d -type f | sort && ls d.mlv
mlv remove --outs -f d && ls
echo "- what is hidden stays"
mkdir d && echo 1 >d/x && echo tmp >d/a.tmp && echo '*.tmp' >.mlvignore && mlv add -q d
mlv remove --outs d && find d
echo "- not by a part, nor by a directory above"
mkdir -p up/d/sub && echo 1 >up/d/sub/x && mlv add -q up/d
mlv remove up; echo "exit $?"
mlv remove up/d/sub; echo "exit $?"
mlv remove nothing; echo "exit $?"
ls up
echo "- with git's index"
mlv config core.autostage true && git add -A && git commit -qm all
mlv remove up/d && git status --short
