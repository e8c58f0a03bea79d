# --glob matches tracked paths; without it a star is a star.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
mkdir tables
for name in a.csv b.csv tables/c.csv d.bin; do echo $name >$name && mlv add -q $name; done
mlv push --glob '*.csv'
mlv push --glob 'tables/*' 'd.*'
mlv push --glob 'e*'
echo "status $?"
mlv push '*.csv'
