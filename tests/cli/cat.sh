# A tracked file is printed as its pointer says, at any revision, without a checkout.
git init -q && mlv init -q && mkdir -p store d/e && mlv remote add -q -d store store
echo old >one && printf 'in d' >d/e/f && ln -s f d/e/link && mkdir d/none && mlv add -q one d
git add . && git commit -qm old && git tag old
echo new >one && mlv add -q one && git commit -qam new
rm one && echo changed >d/e/f
mlv cat one
mlv cat --rev old one
(cd d && mlv cat e/f) && echo
mlv push -q -a -T
rm -r .mlv/cache d
mlv cat one && mlv cat one.mlv && mlv cat --rev old one && mlv cat d/e/f && echo
echo "from the remote, and nothing kept:"
find .mlv/cache -type f -path '*/objects/*' -o -type f -path '*/nodes/*'
mlv cat d/e/none; echo "status $?"
mlv cat d/e; echo "status $?"
mlv cat d; echo "status $?"
mlv cat ones; echo "status $?"
mlv cat --rev none one; echo "status $?"
mlv cat d/e/link && echo
rm -r store/objects
mlv cat one; echo "status $?"
mlv remote remove -q store
mlv cat one; echo "status $?"
