# A second init touches nothing; -f resets the settings and keeps cache and local settings.
git init -q . && mlv init >/dev/null
mlv config core.jobs 3 && mlv config --local core.jobs 4
mkdir .mlv/cache && echo kept >.mlv/cache/kept
mlv init
echo "status $?"
mlv config --project core.jobs
mlv init -q -f
mlv config --project core.jobs
echo "status $?"
mlv config --local core.jobs
cat .mlv/cache/kept .mlv/.gitignore
git add . && git status --short
