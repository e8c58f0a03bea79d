# A hard link that was written through: the cache is damaged, and said so; the bytes stay.
git init -q && mlv init -q && mlv config cache.type hardlink
echo 1 >a && mlv add -q a && mlv checkout --relink
chmod +w a && echo 2 >a
mlv unprotect a; echo "status $?"
mlv checkout; echo "status $?"
cat a
