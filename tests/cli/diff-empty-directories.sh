# A file that becomes an empty directory is deleted, and the other way round added; neither, nor
# the old name of what was renamed, is unchanged.
git init -q && mlv init -q
mkdir -p d/goes d/was && echo 1 >d/file && echo 2 >d/moved && echo 3 >d/stays && mlv add -q d
git add -A && git commit -qm one
rm d/file && mkdir d/file && rmdir d/was && echo 4 >d/was && mv d/moved d/to && rmdir d/goes
echo "- not added" && mlv diff && mlv data status --granular --unchanged
mlv add -q d && git commit -qam two
echo "- two revisions" && mlv diff HEAD~1 HEAD && mlv diff HEAD HEAD~1 --json
echo "- empty directories alone" && rmdir d/file && mlv diff && mlv data status --granular --unchanged
