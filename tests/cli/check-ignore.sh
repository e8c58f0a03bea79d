# Which paths are ignored, by which rule; the status says whether any is.
git init -q && mlv init -q
mkdir -p a/sub 'dir with space'
printf '# comment\n*.tmp\n!keep.tmp\nsub/\n' >.mlvignore
printf '/only\n*.tmp\n' >a/.mlvignore
touch a/x.tmp a/only keep.tmp 'dir with space/y.tmp'
mlv check-ignore a/x.tmp a/only a/sub/deep keep.tmp none; echo "exit $?"
mlv check-ignore keep.tmp none; echo "exit $?"
echo "- why"
mlv check-ignore -d a/x.tmp a/only a/sub/deep keep.tmp none
mlv check-ignore -d -n keep.tmp none; echo "exit $?"
mlv check-ignore -d -a a/x.tmp keep.tmp
echo "- from standard input, from below, absolute"
cd a && printf 'x.tmp\n../keep.tmp\n../dir with space/y.tmp\n' | mlv check-ignore --stdin
printf 'x.tmp\0only' | mlv check-ignore --stdin -z | tr '\0' '|'; echo
mlv check-ignore "$PWD/only" | grep -c only
mlv --json check-ignore -d -n x.tmp ../keep.tmp none
echo "- a directory that is not there: by its slash"
mlv check-ignore new/sub/ new/sub; echo "exit $?"
echo "- not understood"
for args in '' '--stdin x' '-n x' '-a x' '../../outside'; do mlv check-ignore $args </dev/null; echo "exit $?"; done
mlv check-ignore -q x.tmp && echo ignored
