# A warning names what it is about; control characters in it do not reach the terminal.
git init -q && mlv init -q
here=$(printf 'a\033[31m\nb')
mkdir "$here" && cd "$here" || exit
git init -q && mlv init -q && mlv remote add -q -d store store
echo one >one && mlv add -q one && mlv push -q
object=$(find store/objects -type f)
chmod u+w "$object" && echo two >"$object"
rm -rf .mlv/cache/objects one
mlv pull 2>err
echo "status $?"
grep -c "$(printf '\033')" err
grep -o 'a?.*?b/store' err
