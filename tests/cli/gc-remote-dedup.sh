# Of a remote that keeps large files as chunks, gc removes the recipes that nothing needs, and the packs that no other recipe names.
git init -q && mlv init -q
mlv remote add -q -d store store && mlv config remote.store.dedup true
python3 -c 'import random; open("model", "wb").write(random.Random(1).randbytes(18000000))'
mlv add -q model && git add . && git commit -qm one && mlv push -q
python3 - <<'EOP'
import random
with open("model", "r+b") as f:
    f.seek(9000000)
    f.write(random.Random(2).randbytes(100))
EOP
mlv add -q model && git commit -qam two && mlv push -q
lies() { echo "$(find store/recipes -type f | wc -l) recipes, $(find store/packs -name '*.pack' | wc -l) packs"; }
echo "- all that is tracked"
mlv gc -c -w -A -f --grace 0
lies
echo "- the work tree's alone: the packs of its recipe stay"
mlv gc -c -w -f --grace 0 | sed 's/, .* removed/ removed/'
lies
rm -rf .mlv/cache model && mlv pull -q && mlv fsck -q -r store && mlv status
echo "- nothing"
rm model.mlv model
mlv gc -c -w -f --grace 0 | sed 's/, .* removed/ removed/'
lies
