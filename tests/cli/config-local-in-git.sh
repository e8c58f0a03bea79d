# A config.local that git tracks came with the clone: its secrets and places do not count.
git init -q . && mlv init -q && mlv remote add -q -d store /data
mlv config --local cache.dir /elsewhere && mlv cache dir
git add -f .mlv && git commit -qm all && mlv cache dir
