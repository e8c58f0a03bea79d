# What is out of date runs, and what depends on it only if it made something else; the rest is skipped or restored.
# not under ThreadSanitizer: its _exit() writes what a forked process has of the output, too
git init -q && mlv init -q
cat >mlv.yaml <<'X'
stages:
  prep:
    cmd: sort raw >data
    deps: [raw]
    outs: [data]
  train:
    cmd:
    - echo training; echo careful >&2
    - mkdir -p model && cp data model/w && echo "{\"n\":$(wc -l <data)}" >m.json
    deps: [data]
    params: [lr]
    outs: [model]
    metrics: [m.json: {cache: false}]
X
printf 'b\na\n' >raw; echo 'lr: 0.1' >params.yaml
mlv repro 2>err; cat err mlv.lock .gitignore
echo "== nothing to do"; mlv repro
echo "== other input, the same output"; printf 'a\nb\n' >raw; mlv repro --dry; mlv repro
echo "== why"; rm -r model; echo 'lr: 0.2' >params.yaml; mlv repro --explain train; mlv --json repro --explain train
echo "== a parameter"; mlv repro 2>/dev/null; cat model/w
echo "== what ran once is restored"; echo 'lr: 0.1' >params.yaml; echo junk >m.json; mlv repro; cat m.json; rm -r mlv.lock model data m.json; mlv repro; cat model/w m.json; mlv repro --dry
echo "== the command"; sed -i 's/sort raw/sort -r raw/' mlv.yaml; mlv repro 2>/dev/null; cat model/w
echo "== by force"; mlv repro -s -f prep; mlv repro --force-downstream train; mlv repro -f --no-run-cache prep
echo "== one by one"; mlv repro train data; mlv repro -s train; mlv repro --downstream prep
echo "== json"; mlv --json repro -f -j4 2>/dev/null
