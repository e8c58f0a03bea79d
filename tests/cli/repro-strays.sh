# What a stage writes beside its outputs is warned of, once; what is an output, ignored, tracked, or mlv's own is not.
git init -q && mlv init -q
mkdir -p data sub logs "odd dir" && echo d >data/d && mlv add -q data && echo in >in && echo 'lr: 1' >params.yaml && echo '*.pyc' >.gitignore && mkdir other && git init -q other
sleep 0.05
cat >mlv.yaml <<'END'
stages:
  clean: {cmd: "mkdir out; echo 1 >out/x; echo 1 >x.pyc; mkdir -p sub/__pycache__; echo 1 >sub/__pycache__/y.pyc; echo m >m.json; echo t-1 >t-1; echo >>data/d; echo >other/file", deps: [in], outs: [out, "t-*"], metrics: [m.json: {cache: false}]}
  stray: {cmd: "echo s >s; echo junk >sub/junk", deps: [out], outs: [s]}
  source: {cmd: "echo p >p; echo 'lr: 2' >params.yaml; ln -s in 'odd dir/link", deps: [s], outs: [p]}
  many: {cmd: "echo q >q; for i in 1 2 3 4 5; do echo $i >logs/$i; done", deps: [p], outs: [q]}
  dep: {cmd: "echo r >r; echo more >>in", deps: [in, q], outs: [r]}
END
sed -i "s,dir/link\",dir/link'\"," mlv.yaml
mlv repro -q >out.txt 2>err.txt; cat out.txt err.txt
echo "== nothing ran: nothing is looked for, and what was told is not told again by a run that does not write it"
mlv repro -q; echo x >>in; mlv repro -q -s clean
echo "== several at a time"
cat >mlv.yaml <<'END'
stages:
  a: {cmd: "echo 1 >za; sleep 0.1; echo a >a", outs: [a]}
  b: {cmd: "sleep 0.1; echo b >b", outs: [b]}
END
mlv repro -q -j2
echo "== one that fails"
printf 'stages:\n  f: {cmd: "echo 1 >half; exit 3", outs: [f]}\n' >mlv.yaml; mlv repro -q
echo "== switched off"
mlv config core.strays false; rm half; mlv repro -q
