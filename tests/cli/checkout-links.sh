# cache.type: links are read-only, executables and empty files are copies, unprotect frees.
git init -q && mlv init -q
mkdir data && echo 1 >data/a && echo x >data/x && chmod +x data/x && : >data/empty && ln -s a data/l
mlv add -q data
for type in hardlink symlink copy; do
	mlv config cache.type $type && mlv checkout --relink
	echo "$type: $(stat -c '%A %h %N' data/a | sed 's,-> .*/cache,-> cache,; s,objects.*,...,')"
	stat -c '%A %h %F' data/x data/empty data/l
	mlv status && mlv checkout
done
mlv config cache.type symlink,copy && mlv checkout --relink
mlv unprotect data/a data/x && stat -c '%A %h %F' data/a && mlv status
mlv unprotect data && echo more >>data/a && cat data/a
mlv checkout -f && stat -c %F data/a && cat data/a
mlv config cache.type softlink; echo "status $?"
