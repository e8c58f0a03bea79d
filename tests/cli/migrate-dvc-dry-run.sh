# A dry run says what the real one then does, line by line, and writes nothing: on a new repository, on one of mlv, and again.
make="python3 $SRC/tests/tools/dvc_repo.py --pipeline"
all() { find . -path ./.git -prune -o ! -type d -print0 | LC_ALL=C sort -z | xargs -0 sha256sum; }
both() {
	all >../before; mlv migrate dvc "$@" -n >../dry 2>../dry.err; echo "status $?" >>../dry; all | cmp - ../before
	mlv migrate dvc "$@" >../wet 2>../wet.err; echo "status $?" >>../wet
	sed 's/^would write/wrote/; s/^would set/set/; s/would be taken over/taken over/' ../dry >../told
	grep -v '^to keep it in git' ../wet | diff ../told - && cmp ../dry.err ../wet.err && echo "the same, $(grep -c . ../dry) lines" && tail -n 1 ../dry
}
mkdir one && cd one && git init -q && $make && git add . && git commit -qm dvc
echo "== a new repository"; both
echo "== again"; both
echo "== one of mlv, where some is set, some is there, and some is not what it was"
mkdir ../two && cd ../two && git init -q && $make && git add . && git commit -qm dvc && mlv init -q && mlv config core.autostage true
printf "['remote \"store\"']\n    access_key_id = AKIA\n    password = p4ss\n" >.dvc/config.local
printf '[plots]\n    auto_open = true\n' >>.dvc/config
mkdir sub/more && echo '*.log' >sub/more/.dvcignore && echo '*.other' >sub/more/.mlvignore && echo more >>prep.py
find .dvc/cache -type f | xargs grep -l 'png a' | xargs rm -f; rm -f images/a.png model.bin; find .dvc/cache/files -type f | xargs grep -l 'model of' | xargs rm -f
both; cat ../wet; cat ../wet.err
echo "== what is secret is in no file of git's"
git status --short --untracked-files=all | cut -c4- | xargs grep -l p4ss; git check-ignore .mlv/config.local; grep -c p4ss .mlv/config.local ../dry ../wet
