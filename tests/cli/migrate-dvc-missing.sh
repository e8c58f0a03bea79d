# What is not in DVC's cache is told, or fetched from a remote as DVC put it there; the rest is migrated, and another run goes on.
ls() { LC_ALL=C command ls "$@"; }
make="python3 $SRC/tests/tools/dvc_repo.py"
mkdir -p a/one && cd a/one && git init -q && $make && git add . && git commit -qm dvc
cp -r .dvc/cache ../store && chmod -R u+w .dvc/cache && rm -rf .dvc/cache/files/md5/* images data.csv
mlv migrate dvc -n; echo "status $?"; ls -A | grep mlv
mlv migrate dvc; echo "status $?"; ls -- *.mlv sub/*.mlv
mlv migrate dvc --fetch && cat images.mlv && mlv status && mlv checkout && ls -R images
mlv migrate dvc --check
echo "== only a file of a directory is gone"
mkdir -p ../two && cd ../two && git init -q && $make
gone=$(printf 'png a' | md5sum | cut -c1-32)
rm -f ".dvc/cache/files/md5/$(echo "$gone" | cut -c1-2)/$(echo "$gone" | cut -c3-)" images/a.png
mlv -q migrate dvc; echo "status $?"; mlv migrate dvc | grep missing; ls -- *.mlv
mv ../store ../away
mlv -q migrate dvc --fetch; echo "status $?"
echo "== what is damaged is not taken; the file of the work tree is, when it is the one"
mkdir -p ../three && cd ../three && git init -q && $make && chmod -R u+w .dvc/cache
find .dvc/cache -type f ! -name '*.dir' -exec sh -c 'echo x >>"$1"' - {} \;
mlv migrate dvc && mlv status && mlv migrate dvc --check
rm -rf .mlv ./*.mlv sub/*.mlv data.csv images/a.png
mlv migrate dvc; echo "status $?"
echo x >>"$(find .dvc/cache -name '*.dir')" && mlv migrate dvc; echo "status $?"
echo "== no repository of DVC"
mkdir ../four && cd ../four && git init -q && mlv migrate dvc; echo "status $?"; ls -A
