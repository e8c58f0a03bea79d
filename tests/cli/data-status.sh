# HEAD, pointers, work tree and cache: each change once, in the right group, as lines and as JSON.
git init -q && mlv init -q && mlv remote add -q -d store ../store
mkdir -p d/sub && echo 1 >d/x && echo 2 >d/sub/y && echo f >f && echo g >g
mlv data status
mlv add -q d f g && mlv data status
git add -A && git commit -qm data && mlv push -q
mlv data status
echo "- all sorts of changes"
echo 11 >d/x && mv d/sub/y d/moved && echo new >d/new && mlv add -q d && rm d/new
echo ff >f && rm g && echo h >h && mlv add -q h && rm -rf .mlv/cache/objects/*/* && echo u >loose
mlv data status
mlv data status --granular --unchanged --untracked-files all
mlv --json data status --granular
echo "- what the remote lacks"
mlv data status --not-in-remote d h
mlv --json data status --not-in-remote --granular --untracked-files=all --unchanged d
echo "- some only, and nothing of that name"
mlv data status f && mlv data status none; echo "exit $?"
mlv data status --untracked-files some; echo "exit $?"
mlv data status -r store; echo "exit $?"
echo "- unchanged"
git checkout -q . && rm h.mlv && mlv pull -q -f && mlv data status --unchanged && mlv data status --unchanged --granular d
echo "- a directory that is not here"
rm -r d && mlv data status && mlv data status --granular
