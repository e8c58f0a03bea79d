# Data, pointer, ignore line and index move together; nothing is hashed again, nothing is overwritten.
git init -q && mlv init -q
mkdir -p d/sub other && echo 1 >d/x && echo 2 >d/sub/y && echo f >f && echo '*' >'s p'
mlv add -q d f 's p' && printf '# mine\ndesc: kept\n' >>f.mlv
sleep 0.05; mlv status -q
mlv mv f other && cat other/f.mlv other/.gitignore .gitignore
mlv move d/ other/e && mlv move 's p.mlv' 'other/-n [1]' && find other | LC_ALL=C sort && mlv status
echo "- nothing is read again"
strace -f -o trace -e trace=openat,openat2 mlv status
grep -v O_DIRECTORY trace | grep -cE 'other/f"|"x"|"y"'
echo "- what is not here, and what is there already"
rm -r other/e && mlv mv other/e e && LC_ALL=C ls -A && mlv checkout && ls e
echo mine >g && mlv mv other/f g; echo "exit $?"
mlv mv other/f e/f; echo "exit $?"
mlv mv e e/e; echo "exit $?"
mlv mv other/f nowhere/f; echo "exit $?"
mlv mv e/x y; echo "exit $?"
mlv mv other/f .mlv/f; echo "exit $?"
mlv mv none y; echo "exit $?"
mlv mv other/f 'no dir/f'; echo "exit $?"
mkdir 'a dir' && echo x >'a dir/x' && mlv add -q 'a dir' && mlv mv other/f 'a dir/f'; echo "exit $?"; mlv remove -q 'a dir' && rm -r 'a dir'
cat g other/f && mlv status
echo "- a move that was cut short goes on"
sed 's/path: f/path: moved/' other/f.mlv >moved.mlv
mlv mv other/f moved && LC_ALL=C ls moved* other
cp moved.mlv again.mlv && sed -i 's/path: moved/path: again/' again.mlv && mv moved again
mlv --json mv moved again && ls again* && mlv status
echo "- with git's index"
git add -A && git commit -qm all && mlv config core.autostage true
mlv mv again other/f && git status --short --untracked-files=no
