# A repository of DVC becomes one of mlv in place: pointers, ignore rules and settings, with all bytes; nothing of DVC's changes.
ls() { LC_ALL=C command ls "$@"; }
make="python3 $SRC/tests/tools/dvc_repo.py"
mkdir three && cd three && git init -q && $make && git add . && git commit -qm dvc
find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 md5sum >../before
mlv migrate dvc --dry-run && ls -A && git status --short
mlv migrate dvc && md5sum --quiet -c ../before && git status --short
cat data.csv.mlv sub/tool.mlv images.mlv .mlvignore .mlv/config .gitignore
mlv status && mlv fsck && mlv migrate dvc --check
echo "== again"
mlv migrate dvc
echo "== without DVC, from a remote"
git add .mlv .mlvignore '*.mlv' && git rm -rq .dvc .dvcignore '*.dvc' && git commit -qm mlv && rm -rf .dvc
cp -r images ../images && cp data.csv sub/tool ..
mlv remote add -q -f -d store ../store && mlv push && rm -rf .mlv/cache images data.csv sub/tool
mlv pull && diff -r images ../images && cmp data.csv ../data.csv && cmp sub/tool ../tool && test -x sub/tool && git status --short
echo "== as DVC 2 had it"
mkdir ../two && cd ../two && git init -q && $make --two && git add . && git commit -qm dvc
mlv --json migrate dvc | sed -E 's/(.)\{/\1\n{/g' && mlv status && mlv migrate dvc --check && cat data.csv.mlv | grep sha256 && sha256sum data.csv
