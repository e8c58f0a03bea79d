# Below a tracked directory any name goes; what is not tracked is said once.
git init -q && mlv init -q
mkdir -p d/.git d/sub/.MLV
touch d/.git/config d/sub/.MLV/x
touch "d/$(printf 'new\nline')" "d/$(printf 'bad\377')" 'd/"quoted"' 'd/ '
mlv add d
