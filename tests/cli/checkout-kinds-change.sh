# A file gives way to a directory, a directory to a file or a link, and back; empty directories.
git init -q && mlv init -q
mkdir -p d/a d/b d/empty && echo 1 >d/a/x && echo 2 >d/c && echo 3 >d/b/y && mlv add -q d && cp d.mlv one
rm -r d && mkdir -p d/c && echo 4 >d/a && echo 5 >d/c/z && ln -s c d/b && : >d/empty && mlv add -q d && cp d.mlv two
rm -r d && echo 6 >d && mlv add -q d && cp d.mlv three
show() { find d -printf '%y %p %l\n' | sort; }
for v in one two one three two three one; do
	cp $v d.mlv && mlv checkout && mlv status || echo "failed for $v"
done
show
mkdir e && mlv add -q e && rmdir e && mlv checkout && ls -d e
