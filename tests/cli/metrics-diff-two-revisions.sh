# Both sides from git's objects; the work tree is not looked at.
git init -q
echo 'a: 1' >m.yml && git add -A && git commit -qm one && git tag first
echo 'a: 4' >m.yml && git commit -qam two
rm m.yml
mlv metrics diff first HEAD --targets m.yml
mlv metrics diff nosuchrev --targets m.yml 2>err
echo $?
grep -c nosuchrev err
