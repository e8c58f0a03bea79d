# Packs of which nothing is needed go, those with much that is not are written anew, what is scattered is gathered.
git init -q && mlv init -q && mlv config gc.grace 0
mkdir data && for i in $(seq 1000); do echo "row $i" >data/f$i; done
for i in $(seq 100); do mkdir -p data/d$i && echo "row $i" >data/d$i/x; done
mlv add -q data && git add -A && git commit -qm one
packs() { ls .mlv/cache/packs | sed 's/-.*\./ /' | sort | uniq -c | sed 's/^ *//'; find .mlv/cache/objects -type f | wc -l; }
packs
echo "- little of a pack is not needed: it stays"
for i in $(seq 40); do echo "new $i" >data/f$i; done
mlv add -q data && mlv gc -wf | sed 's/, .* removed/ removed/'
packs
echo "- much"
for i in $(seq 400); do echo "newer $i" >data/f$i; done
mlv add -q data && mlv gc -wf | sed 's/, .* removed/ removed/'
packs
mlv fsck | sed 's/,.*//'
mlv gc -wf
echo "- one by one"
for i in $(seq 33); do echo "single $i" >data/f$i && mlv add -q data; done
packs
mlv gc -wf >/dev/null
packs
mlv gc -wf
cp -a data kept && rm -rf data && mlv checkout -q && diff -r kept data && mlv fsck | sed 's/,.*//'
echo "- what has no table was left by a killed process"
touch -d '2 days ago' .mlv/cache/packs/d-$(echo x | sha256sum | cut -c1-64).pack
mlv gc -wf
packs
echo "- nothing is needed"
git rm -q --cached data.mlv && rm -rf data data.mlv
mlv gc -wf | sed 's/, .* removed/ removed/'
packs
