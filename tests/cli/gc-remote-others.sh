# What this clone does not know stays, and what another repository needs that is named: of what two packs have both stay.
mkdir store a b && for r in a b; do (cd $r && git init -q && mlv init -q && mlv remote add -q -d store ../store); done
for r in a b; do
	(cd $r && mkdir data && for i in $(seq 40); do echo "$r $i" >data/$i; done && echo same >data/same && echo "$r" >one &&
		echo both >both && mlv add -q data one both && git add -A && git commit -qm one && mlv push -q)
done
lies() { (cd store && ls roots packs | grep -c '[0-9a-f]\{64\}'; find objects -type f | wc -l); }
lies
cd a && git rm -q --cached data.mlv one.mlv both.mlv && rm ./*.mlv && git commit -qm none && cd ..
echo "- the other named"
(cd a && mlv gc -c -w -f -p ../b --grace 0 | sed 's/, .* removed/ removed/')
lies
(cd b && mlv fsck -r store | sed 's/, .*//')
echo "- not named: what is not known here stays; a single file that was tracked here as well does not"
(cd a && mlv gc -c -w -f --grace 0)
(cd b && mlv fsck -r store | sed 's/, .*//')
echo "- a root that is damaged keeps nobody knows what"
for f in store/roots/*; do cp "$f" kept && chmod +w "$f" && echo x >>"$f"; done
(cd a && mlv gc -c -w -f --grace 0 2>&1 | sed 's/[0-9a-f]\{64\}/ID/')
mv -f kept "$f"
echo "- what cannot be known"
mkdir -p store/recipes/ab && touch store/recipes/ab/cd && (cd a && mlv gc -c -w -f)
echo "status $?"
rm -r store/recipes
echo "- nobody else"
(cd a && mlv gc -c -w -f --grace 0 --all-roots | sed 's/, .* removed/ removed/')
lies
