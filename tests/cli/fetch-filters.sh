# fetch takes what is not too large, and what mlv.yaml lists as metrics or plots.
git init -q && mlv init -q && mlv remote add -q -d store store
mkdir -p data out plots
echo '{"a": 1}' >metrics.json && echo '{"b": 2}' >out/metrics.json && echo more >out/more
echo 1,2 >plots/roc.csv && echo x >data/x && head -c 5000 /dev/zero >big && head -c 5000 /dev/zero | tr '\0' x >data/big
cat >mlv.yaml <<-'END'
	metrics: [metrics.json]
	plots: [plots]
	stages:
	  train:
	    cmd: echo
	    metrics:
	    - out/metrics.json: {cache: true}
	END
mlv add -q metrics.json out plots/roc.csv data big && git add -A && git commit -qm one && mlv push -q
empty() { chmod -R u+w .mlv && rm -rf .mlv/cache; }
empty && mlv fetch --type metrics --json | grep -o '"fetched": [0-9]*' | tail -1
mlv fetch --type metrics && mlv fetch metrics.json out/metrics.json
empty && mlv fetch --type plots --dry-run && mlv fetch --type plots && mlv fetch plots/roc.csv
empty && mlv fetch --type plots --type metrics
empty && mlv fetch --type metrics out/more
empty && mlv fetch --type metrics out
empty && mlv fetch --max-size 1K
mlv fetch --max-size 4.9kB
mlv fetch --max-size 5kB
mlv fetch
# As the other version has it.
sed -i 's/metrics.json/big/' mlv.yaml && git commit -qam two
git rm -q -r --cached mlv.yaml && rm mlv.yaml && git commit -qm three
empty && mlv fetch --type metrics
mlv fetch --type metrics -A --dry-run && mlv fetch --type metrics -A
mlv fetch --type params
echo "status $?"
mlv fetch --max-size large
echo "status $?"
# A pattern counts as its directory.
git checkout -q HEAD~2 -- mlv.yaml && sed -i 's|metrics: .*metrics.json.$|metrics: [out/more, "data/*.json"]|' mlv.yaml && sed -n 1p mlv.yaml
empty && mlv fetch --type metrics
