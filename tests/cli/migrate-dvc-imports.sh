# Imports of DVC keep where they came from and can be updated; what is in more than one .dvc, or lies elsewhere, has pointers of its own.
export GIT_AUTHOR_DATE="1700000000 +0000" GIT_COMMITTER_DATE="1700000000 +0000"
mkdir ext src r && printf one >ext/f && cd src && git init -q && mlv init -q && printf two >x && mlv add -q x && git add -A && git commit -qm 1 && cd ../r
git init -q && mkdir -p .dvc sub/deep && touch .dvc/config
sum() { printf "$1" | md5sum | cut -c1-32; }
keep() { # keep TEXT [SUFFIX]: in the cache of DVC, by its sum
	mkdir -p ".dvc/cache/files/md5/$(sum "$1" | cut -c1-2)" && printf "$1" >".dvc/cache/files/md5/$(sum "$1" | cut -c1-2)/$(sum "$1" | cut -c3-)$2"
}
for text in one two three four five; do keep $text; done
list="[{\"md5\": \"$(sum one)\", \"relpath\": \"a\"}, {\"md5\": \"$(sum two)\", \"relpath\": \"b/c\"}]"; keep "$list" .dir
out() { printf -- '- md5: %s\n  size: %d\n  hash: md5\n  path: %s\n' "$(sum "$1")" "${#1}" "$2"; }
lock=$(git -C ../src rev-parse HEAD)
{ printf '# from the others\nmd5: 0123456789abcdef0123456789abcdef\nfrozen: true\ndeps:\n- path: x\n  repo:\n    url: ../src\n    rev: main\n    rev_lock: %s\nouts:\n' "$lock"; out two x; } >x.dvc
{ printf 'frozen: true\ndeps:\n- path: d\n  repo:\n    url: https://git.example.org/data.git\n    rev_lock: %s\n    config: {core: {remote: s3}}\n    remote: store\nouts:\n- md5: %s.dir\n  size: 6\n  nfiles: 2\n  hash: md5\n  path: d\n' "$lock" "$(sum "$list")"; } >sub/d.dvc
{ printf "deps:\n- path: https://example.org/f.csv\n  etag: '\"5e-1\"'\n  size: 5\nfrozen: true\nouts:\n"; out three f.csv; } >sub/f.csv.dvc
{ printf 'deps:\n- path: s3://bucket/v\n  version_id: 3sL4\n  etag: abc\n  size: 4\nouts:\n'; out four v; } >v.dvc
{ printf 'deps:\n- md5: %s\n  size: 3\n  hash: md5\n  path: ../../../ext/f\nwdir: .\nouts:\n' "$(sum one)"; out one f; } >sub/deep/f.dvc
{ printf 'deps:\n- path: remote://store/g\n  etag: abc\nouts:\n'; out five g; } >g.dvc
{ printf 'deps:\n- path: https://example.org/never\nouts:\n- path: never\n'; } >never.dvc
{ printf 'wdir: sub\nmeta: {why: both}\nouts:\n'; out one m1; out two deep/m2; printf '  isexec: true\n  desc: second\n  push: false\n'; } >many.dvc
{ printf 'outs:\n'; out three other; } >named.dvc
mlv migrate dvc -n >../dry; mlv migrate dvc | grep -v 'keep it in git' >../wet
sed 's/would write/wrote/; s/would be taken/taken/' ../dry | cmp - ../wet; cat ../wet
for file in x.mlv sub/d.mlv sub/f.csv.mlv v.mlv sub/deep/f.mlv g.mlv sub/m1.mlv sub/deep/m2.mlv other.mlv; do echo "- $file"; sed 's/rev_lock: .*/rev_lock: COMMIT/' $file; done
echo "== they are imports: what they are of is looked at again"
mlv checkout -q && mlv status && mlv migrate dvc --check && cat sub/d/b/c sub/f.csv sub/deep/f sub/deep/m2; echo
printf new >../ext/f && cd ../src && printf newer >x && mlv add -q x && git commit -qam 2 && cd ../r
mlv update x sub/deep/f | sed 's/commit [0-9a-f]*, before [0-9a-f]*/commit, another than before/' && cat x sub/deep/f; echo
echo "== outputs that overlap"
{ printf 'outs:\n'; out one sub/d/inside; } >inside.dvc && mlv migrate dvc; echo "status $?"
