# What the cache lacks is named at the end; all else is checked out.
git init -q && mlv init -q
mkdir data && echo 1 >data/a && echo 2 >data/b && echo 3 >file && echo 4 >gone
mlv add -q data file gone
for f in data/a gone; do
	id=$(sha256sum $f | cut -c1-64)
	rm -f .mlv/cache/objects/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-)
done
rm -r data file gone
mlv checkout; echo "status $?"
ls data; cat file
mlv checkout --allow-missing; echo "status $?"
rm -rf .mlv/cache/nodes && mlv checkout data; echo "status $?"
