# Partials that do not belong together, or are damaged, are refused; nothing is written.
mlv init -q --no-scm
spec() { printf 'evals:\n  e: {predictions: t.csv, task: multiclass, columns: {%slabel: y, pred: p}, metrics: [%s]}\n' "$1" "$2" >mlv.yaml; }
try() {
	mlv eval "$@" 2>&1
	echo "= $?"
}
spec 'id: id, ' accuracy
printf 'id,y,p\n1,a,a\n2,b,a\n' >t.csv
printf 'id,y,p\n3,a,a\n2,b,b\n' >u.csv
printf 'id,y,p\n4,a,a\n' >v.csv
mlv eval -q --partial -o t >/dev/null
mlv eval -q --partial -o u --predictions u.csv >/dev/null
mlv eval -q --partial -o v1 --predictions v.csv --shard 1/3 >/dev/null
mlv eval -q --partial -o t3 --shard 3/3 >/dev/null
mlv eval -q --partial -o u3 --predictions u.csv --shard 3/3 >/dev/null
echo '--- shards'
try merge t u
try merge t t
try merge v1 t3
try merge v1 t
try merge v1 u3 t3
printf 'id,y,p\n1,a,a\n1,b,a\n' >bad.csv
try --partial --predictions bad.csv
spec 'id: id, ' error
mlv eval -q --partial -o other --predictions v.csv >/dev/null
echo '--- specifications'
try merge t other
try merge t
sed 's/^  e:/  d:/' mlv.yaml >new && mv new mlv.yaml
try merge t
echo '--- files'
spec 'id: id, ' accuracy
try merge nosuch
try merge t.csv
try merge .
head -c 60 t >cut && try merge cut
head -c 200 t >cut && try merge cut
sed 's/^mlv partial 1/mlv partial 2/' t >two && try merge two
mkdir flipped && /usr/bin/python3 - <<'END'
import hashlib
data = open("t", "rb").read()
for at in range(0, len(data), 5):
    with open("flipped/%d" % at, "wb") as out:
        out.write(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
# What is damaged below a first line that fits.
head, line, rows = data.split(b"\n", 2)
def marked(name, line, rows):
    rest = line + b"\n" + rows
    open(name, "wb").write(b"mlv partial 1 " + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)
marked("rows", line.replace(b'"rows":2', b'"rows":3'), rows)
marked("space", line.replace(b'"rows":2', b'"rows": 2'), rows)
marked("unknown", line[:-1] + b',"x":1}', rows)
marked("shard", line.replace(b'"rows":2', b'"rows":2,"shard":[4,3]'), rows)
marked("short", line, rows[:-4])
marked("plain", line, b"id\tlabel\n1\ta\n")
END
for file in flipped/*; do mlv eval merge -q $file >out 2>&1 && echo "merged $file"; done
for file in rows space unknown shard short plain; do try merge $file; done
ls evals 2>&1 | sed 's/.*No such/no such/'
echo '--- command lines'
try merge
try --shard 1/2
try --partial --shard 0/2
try --partial --shard 3/2
try --partial --shard x
try --partial --new-edges
try --partial --features t.csv
