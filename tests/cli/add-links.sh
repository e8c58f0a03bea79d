# With cache.type hardlink or symlink the file becomes a read-only link to the cache; again: unchanged.
git init -q && mlv init -q
for type in hardlink symlink; do
	mlv config cache.type $type
	mkdir d && echo $type >d/x && : >d/empty && echo run >d/tool && chmod +x d/tool && echo $type file >f
	mlv add d f
	stat -c '%n %F %h %A' d/x d/empty d/tool f
	cat d/x f
	mlv add d f
	touch -h d/x
	mlv add d f
	rm -rf d f d.mlv f.mlv
done
truncate -s 20000000 big
mlv add big && mlv add big
readlink big | grep -c cache/large
