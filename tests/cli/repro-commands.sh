# Commands of a stage: lists and lines end at the first that fails; what is killed, is not there, or writes much.
git init -q && mlv init -q
one() { printf 'stages:\n  x:\n    outs: [x]\n%s\n' "$1" >mlv.yaml; mlv repro 2>&1; echo "status $?"; }
echo "== a list"; one '    cmd: [echo one >x, "false", echo two >>x]'; ls x 2>&1
echo "== lines"; one '    cmd: |
      echo one >x
      false
      echo two >>x'; ls x 2>&1
one '    cmd: |
      for n in 1 2; do
        echo $n >>x
      done
      cd /
      test "$PWD" = /'; cat x
echo "== killed by itself, by a signal that cannot be caught; the output of before is there again"
one '    cmd: "echo half >x; kill -KILL $$"'; cat x
echo "== no such command, none that may be run, a directory that is none"
touch plain; one '    cmd: ./plain'; one '    cmd: no-such-command' | grep -v 'not found'
echo "== much output, in little memory; the end of it is kept"
printf 'stages:\n  x: {cmd: "head -c 300000000 /dev/zero; echo the end; echo x >x", outs: [x]}\n' >mlv.yaml
/usr/bin/python3 -c '
import resource, subprocess
end = subprocess.Popen(["mlv", "repro"], stdout=subprocess.PIPE)
count, last = 0, b""
while part := end.stdout.read(1 << 20): count, last = count + len(part), part[-8:]
end.wait()
print(end.returncode, count > 300000000, last, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 250 << 10)'
test $(cat .mlv/tmp/logs/x.log* | wc -c) -lt 140000000 && tail -c 8 .mlv/tmp/logs/x.log
