# HEAD against the work tree: what lies there, added to mlv or not; renames; summary.
git init -q && mlv init -q && mlv diff
mkdir data && for i in 1 2 3 4; do echo $i >data/$i; done && echo file >file && : >empty
mlv add -q data file empty && echo "-- before the first commit" && mlv diff
git add -A && git commit -qm one && echo "-- nothing" && mlv diff
rm data/1 && echo more >>data/2 && mv data/3 data/moved && echo new >data/new && rm file
echo "-- not added" && mlv diff
mlv add -q data && echo "-- added" && mlv diff
mlv diff --targets data/moved --targets file
mlv diff --targets nothing; echo "status $?"
