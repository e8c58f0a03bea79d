# The log of a monitor: checks at once lose no line; who appends waits for the others, in a git repository without mlv, too.
git init -q && mlv init -q
cat >mlv.yaml <<'YAML'
evals:
  test: {predictions: p.csv, task: binary, columns: {label: y, score: s}, metrics: [accuracy]}
monitor:
  prod: {reference: test, features: [s]}
YAML
LC_ALL=C awk 'BEGIN { print "y,s"; for (i = 0; i < 40; i++) print i % 2 "," (i % 2 ? 0.75 : 0.25) }' >p.csv
mlv eval -q && mlv monitor profile -q
# many: eight checks at once, three times; then what windows the log has.
many() {
	for round in 1 2 3; do
		for at in 1 2 3 4 5 6 7 8; do mlv monitor check -q --input p.csv --window "$round.$at" 2>>said & done
		wait
	done
	grep -v ': waiting for' said
	/usr/bin/python3 -c 'import json; print(sorted(json.loads(line)["window"] for line in open("monitor/prod.jsonl")))'
}
many
echo "--- held by another"
mlv config core.lock_timeout 1
cat >hold.py <<'PY'
import fcntl, hashlib, os, subprocess, sys
if sys.argv[1] == 'mlv':
    os.makedirs('.mlv/tmp/locks', exist_ok=True)
    fd = os.open('.mlv/tmp/locks/' + hashlib.sha256(b'monitor/prod.jsonl').hexdigest()[:32], os.O_RDWR | os.O_CREAT)
    os.write(fd, b'process 1 on a host, mlv monitor check\n')
else:
    fd = os.open('monitor', os.O_RDONLY)
fcntl.flock(fd, fcntl.LOCK_EX)
print(subprocess.run(sys.argv[2:]).returncode)
PY
wc -l <monitor/prod.jsonl
/usr/bin/python3 hold.py mlv mlv monitor check -q --input p.csv
/usr/bin/python3 hold.py mlv mlv monitor check -qn --input p.csv
wc -l <monitor/prod.jsonl
echo "--- a log that does not end with its line, and one that is no log"
printf %s "$(cat monitor/prod.jsonl)" >monitor/prod.jsonl
mlv monitor check -q --input p.csv && wc -l <monitor/prod.jsonl && mlv monitor log | tail -1 | cut -c 1-20
echo '{"window":' >>monitor/prod.jsonl && mlv monitor log || echo "$?"
echo "--- a git repository alone"
rm -rf .mlv* monitor/prod.jsonl && many
/usr/bin/python3 hold.py git sh -c '
	: >late; mlv monitor check -q --input p.csv --window late 2>late & until grep waiting late; do sleep 0.1; done
	wc -l <monitor/prod.jsonl'
until [ "$(wc -l <monitor/prod.jsonl)" = 25 ]; do sleep 0.1; done
wc -l <monitor/prod.jsonl
rm monitor/prod.jsonl && ln -s /etc/hostname monitor/prod.jsonl && mlv monitor check -q --input p.csv || echo "$?"
