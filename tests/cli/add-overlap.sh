# A parent of what is tracked; a child of a tracked file; nested and repeated targets.
git init -q && mlv init -q
mkdir -p d/sub && echo x >d/sub/x && echo f >file
mlv add -q d/sub/x file
mlv add d; echo $?
rm file && mkdir file && echo y >file/y
mlv add file/y; echo $?
mkdir n && echo z >n/z
mlv add n n/z; echo $?
mlv add n/z n; echo $?
mlv add n n/; echo $?
git status --short
