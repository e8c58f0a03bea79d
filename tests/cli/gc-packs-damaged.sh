# What cannot be read in a pack that would be written anew keeps its place: damage is never lost sight of.
git init -q && mlv init -q && mlv config gc.grace 0
mkdir data && for i in $(seq 100); do printf '%0100d\n' "$i" >data/f$i; done
mlv add -q data && cp data/f90 kept
for i in $(seq 60); do echo "new $i" >data/f$i; done
mlv add -q data
chmod +w .mlv/cache/packs/*.pack
python3 - kept <<'END'
import glob, hashlib, sys
oid = hashlib.sha256(open(sys.argv[1], "rb").read()).digest()
for name in glob.glob(".mlv/cache/packs/d-*.pack"):
    data = bytearray(open(name, "rb").read())
    at = data.find(oid)  # in the head of its frame; the bytes follow
    if at > 0:
        data[at + 41] ^= 1
        open(name, "wb").write(data)
END
ls .mlv/cache/packs | wc -l
mlv gc -wf | sed 's/, .* removed/ removed/'
ls .mlv/cache/packs | wc -l
rm data/f90 && mlv fsck | grep -o '^corrupt\|^    data.*'
cp kept data/f90 && mlv fsck --repair >/dev/null && mlv gc -wf | sed 's/, .* removed/ removed/' && mlv fsck | sed 's/,.*//'
ls .mlv/cache/packs | wc -l
