# stage add --run runs the stage that it has written, without what it depends on; names of stages alone.
# not under ThreadSanitizer: its _exit() writes what a forked process has of the output, too
git init -q && mlv init -q && echo in >in
mlv stage add --run -n a -d in -o a 'cp in a; echo made a' && cat a && cat mlv.lock
echo "== again, with the same"; mlv stage add --run -f -n a -d in -o a 'cp in a; echo made a'
echo "== what it depends on is not run"; echo other >in && mlv stage add -q --run -n b -d a -o b 'cp a b' && cat b && mlv status
echo "== it fails: it stays"; mlv stage add --run -n c -o c 'echo c >c; exit 3'; echo "status $?"; ls c; mlv stage list --names-only
echo "== below"; mkdir sub && cd sub && mlv stage add --run -n d -o d 'echo d >d' && cat d && mlv stage list --name-only --all
echo "== json"; mlv --json stage add --run -n e -o e 'echo e >e' && mlv --json stage add -n f -o f 'echo f >f'
