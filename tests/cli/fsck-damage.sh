# Every byte is hashed anew: what is damaged or missing is named with the paths and commits that need it.
git init -q && mlv init -q
mkdir data && echo one >data/one && echo two >data/two && cp data/two data/again
mlv add -q data && git add -A && git commit -qm one && git tag v1
mlv fsck
two=.mlv/cache/objects/27/dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a
chmod +w $two
# The same length, and the same times.
touch -r $two time && echo owt >$two && touch -r time $two
mlv fsck | sed "s/$(git rev-parse --short=12 HEAD)/COMMIT/"
rm -f .mlv/cache/objects/2c/8b*
mlv fsck >/dev/null
echo "status $?"
mlv fsck data/one | sed "s/$(git rev-parse --short=12 HEAD)/COMMIT/"
mlv fsck --json data/two >json 2>/dev/null
echo "status $?"
python3 - <<'END'
import json
sums = json.load(open("json"))
print({k: v for k, v in sums.items() if k != "problems"})
for p in sums["problems"]:
    print(p["problem"], p["kind"], p["repaired"], [(u["path"], u["work_tree"], len(u["commits"])) for u in p["needed_by"]])
END
