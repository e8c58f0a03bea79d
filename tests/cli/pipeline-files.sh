# Which mlv.yaml files are read, and how their stages are named.
git init -q && mlv init -q
mk() {
	mkdir -p "$1" && printf 'stages:\n  %s: {cmd: c, outs: [out-%s]}\n' "$2" "$2" >"$1/mlv.yaml"
}
mk . root
mk a/b deep
mk a near
mk ignored gone
mk skipped gone2
mk data gone3
mk other/repo gone4
mk out-root gone5
mk "odd dir" odd
echo /ignored >.gitignore
echo 'skipped/' >.mlvignore
mkdir other/repo/.git
mlv add -q data
ln -s a linked
mlv stage list --all --fail --name-only
echo '# here and by target'
mlv stage list --name-only
(cd a && mlv stage list --name-only && mlv stage list --name-only root && mlv stage list -R --name-only)
mlv stage list --name-only a/mlv.yaml:near a/b/mlv.yaml a/b/out-deep/x root
mlv stage list --name-only -R a
mlv stage list --name-only a
mlv stage list a/mlv.yaml:nope
mlv stage list c/mlv.yaml
mlv stage list ../x
echo '# with a mistake'
echo 'stages: 1' >a/mlv.yaml
mlv stage list --all --name-only
mlv stage list --all --fail
