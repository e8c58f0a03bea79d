# A remote that was changed behind our back is seen for what it is by the next push, and is whole after it.
git init -q && mlv init -q && mlv remote add -q -d store store
mkdir d
for i in $(seq 40); do echo "file $i" >d/$i; done
yes large | head -c 17000000 >d/large
mlv add -q d && git add -A && git commit -qm one
mlv push

# again WHAT: it was done to the remote; push, and see that a clone gets all.
again() {
	echo "-- $1"
	mlv push
	mlv push
	git clone -q . ../clone
	(cd ../clone && mlv remote add -q -f --local -d store ../w/store && mlv pull -q && diff -r d ../w/d)
	chmod -R u+w ../clone && rm -rf ../clone
}
chmod -R u+w store
rm store/packs/*
again "packs removed"
for pack in store/packs/*.pack; do truncate -s -1 "$pack"; done
again "packs truncated"
rm store/packs/d-*.idx
again "a table removed"
truncate -s 2000 store/packs/d-*.idx
again "a table truncated"
rm store/roots/*
again "roots removed"
echo >>"$(find store/roots -type f)"
again "a root damaged"
truncate -s 1000 "$(find store/large -type f ! -name '*.leaves')"
again "a large file truncated"
rm "$(find store/large -type f -name '*.leaves')"
again "a leaf list removed"
: >"$(find store/nodes -type f)"
again "a node emptied"
rm -r store/*
again "all removed"
rm -r store
again "the directory removed"
