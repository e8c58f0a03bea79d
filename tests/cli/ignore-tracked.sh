# A tracked file that comes to be ignored counts as deleted; nothing is lost by that.
git init -q && mlv init -q
mkdir -p d/logs && echo 1 >d/x && echo 2 >d/x.tmp && echo 3 >d/logs/l
mlv add -q d && git add -A && git commit -qm all
printf '*.tmp\nlogs/\n' >.mlvignore
mlv status --granular
echo "- checkout brings what the manifest has, and refuses to lose what is not stored"
rm d/x.tmp && mlv checkout && cat d/x.tmp
echo mine >d/logs/l && echo own >d/own.tmp
mlv checkout; echo "exit $?"
mlv checkout -f && cat d/logs/l d/own.tmp
echo "- add drops it from the manifest; the file stays, and is the user's own"
mlv add d && mlv ls-tree --name-only d && mlv status
git commit -qam less
echo mine >d/x.tmp && mlv checkout && cat d/x.tmp
echo "- back to where it was tracked: not lost, then restored"
git checkout -q HEAD~1 -- d.mlv
mlv checkout; echo "exit $?"
cat d/x.tmp
echo 2 >d/x.tmp && mlv checkout && cat d/logs/l
echo "- a directory that only holds what is ignored is left alone"
git checkout -q HEAD -- d.mlv && git reset -q --hard
mlv checkout && ls d d/logs
echo "- and so is one whose pointer is gone"
git rm -q d.mlv && mlv checkout && find d | sort
