# A large mlv.lock is not written anew for each stage, and yet no stage that is done is lost to a kill.
git init -q && mlv init -q
/usr/bin/python3 - <<'END'
fat = "x" * 4000
# Each notes which mlv.lock there is; the first from the 60th on that sees something noted beside it kills mlv, if that is asked for.
with open("mlv.yaml", "w") as f:
    print("stages:", file=f)
    for i in range(80):
        print('  s%03d: {cmd: ": %s; if [ %d -ge 60 ] && [ -e kill ] && ls .mlv/tmp/recorded/* >ls.out 2>&1; then kill -9 $PPID; fi; '
              'stat -c \'%%i %%y\' mlv.lock >o%d 2>&1 || true", outs: [o%d]}' % (i, fat, i, i, i), file=f)
END
all() { /usr/bin/python3 -c 'import sys; print(sum(map(int, sys.argv[1:])))' "$@"; }
todo() { mlv status | grep -c '^s'; }
locked() { grep -c '^  s' mlv.lock; }
mlv repro -q
times=$(cat o* | LC_ALL=C sort -u | wc -l); test "$times" -lt 40 || echo "mlv.lock was written $times times for 80 stages"
echo "all of it is there at the end: $(locked) stages, $(ls .mlv/tmp/recorded | wc -l) journals"
cp mlv.lock whole && mlv repro -q && cmp mlv.lock whole
echo "== killed"
rm -r o* mlv.lock .mlv/cache && touch kill
mlv repro -q >out 2>&1; echo "status $?"; rm kill
done=$(mlv repro --dry | grep -c "didn't"); test "$done" -gt "$(locked)" && echo "more is done than is in mlv.lock"
all "$done" "$(todo)"; test "$(mlv list -R --mlv-only . | wc -l)" = "$done" && test "$(ls o* | wc -l)" -ge "$done" || echo "outputs are not known"
echo "== the end of what is noted is torn"
journal=$(ls -d .mlv/tmp/recorded/*); cp "$journal" journal; cp mlv.lock lock
truncate -s -5 "$journal"; all "$done" "$(todo)"
printf 'zzzzzzzzzzzzzzzzz' >>"$journal"; all "$done" "$(todo)"
echo "== it is of another mlv.lock, or damaged"
echo '# mine' >>mlv.lock; all "$(locked)" "$(todo)"; cp lock mlv.lock
printf garbage >"$journal"; all "$(locked)" "$(todo)"
echo "== done, after the torn one; what was killed may take a moment to let go"
head -c -5 journal >"$journal"; mlv repro >out 2>err; grep -v "waiting for process" err; all "$done" -"$(grep -c didn out)"; locked; ls .mlv/tmp/recorded; mlv repro -q; mlv status
echo "== a stage that is gone is left out when another is recorded"
sed -i '/^  s000/d' mlv.yaml && echo '  new: {cmd: echo new >new, outs: [new]}' >>mlv.yaml && mlv repro -q; locked; grep -c s000 mlv.lock
