# Files of Git LFS become tracked by mlv: ids are the same up to 16 MiB; above, the pointer has both. Git's own stays as it is.
object() { # object FILE: keep it as Git LFS does, and print its pointer
	sum=$(sha256sum <"$1" | cut -c1-64)
	dir=.git/lfs/objects/$(echo "$sum" | cut -c1-2)/$(echo "$sum" | cut -c3-4)
	mkdir -p "$dir" && cp "$1" "$dir/$sum"
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' "$sum" "$(stat -c %s "$1")"
}
mkdir r && cd r && git init -q && mkdir sub && printf '*.bin filter=lfs diff=lfs merge=lfs -text\n' >.gitattributes
printf small >../small && head -c 16777217 /dev/zero | tr '\0' 'a' >../large && printf 'tool\n' >../tool
object ../small >small.bin && object ../large >sub/large.bin && object ../tool >tool.bin && chmod +x tool.bin
echo 'version of something else' >text && git add . && git commit -qm lfs
mlv migrate lfs -n && ls -A && mlv migrate lfs && git status --short && cat small.bin.mlv sub/large.bin.mlv tool.bin.mlv
test "$(sed -n 's/.*leaves: //p' sub/large.bin.mlv)" = "$(mlv hash ../large | cut -d' ' -f1 | sed 's/.*://')" && echo leaves
sha256sum ../small | cut -c1-64
mlv migrate lfs --check && mlv migrate lfs && mlv fsck
git rm -q --cached ./*.bin sub/*.bin && rm .gitattributes ./*.bin sub/*.bin && git add -A && git commit -qm mlv && mlv checkout
cmp small.bin ../small && cmp sub/large.bin ../large && test -x tool.bin && mlv status && git status --short
echo "== what is missing, what is damaged, what the work tree has"
mkdir ../s && cd ../s && git init -q && object ../small >a && object ../tool >b && object ../large >c && git add . && git commit -qm lfs
rm -r .git/lfs && cp ../tool b && mlv migrate lfs; echo "status $?"; ls
object ../small >a && object ../large >c && printf x | dd of="$(find .git/lfs -size +1M)" bs=1 seek=5 conv=notrunc status=none
printf smell >"$(find .git/lfs -type f -size -2)" && mlv migrate lfs; echo "status $?"; ls
echo "== nothing of Git LFS, no git"
mkdir ../t && cd ../t && git init -q && touch x && git add . && git commit -qm x && mlv migrate lfs; echo "status $?"
mkdir ../u && cd ../u && mlv migrate lfs; echo "status $?"
