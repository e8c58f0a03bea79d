# mlv stage add: the stage as people write it, at the end; comments and other stages stay.
git init -q && mlv init -q
printf 'lr: 1\n' >params.yaml
mlv stage add -n prep -d src/prep.py -d raw -o clean --desc 'Clean: the data' python src/prep.py --in raw -o clean
cat mlv.yaml .gitignore
cat >mlv.yaml <<'END'
# the pipeline
vars:
- a: 1

stages:
    # first
    prep:   # here
        cmd: |
            echo ${a}

            echo two
        outs:
        - clean   # data
    # kept

# after
metrics: [all.json]
END
mlv stage add -n train -d clean -p lr,train.epochs -p other.toml:a,b -p whole.json: -p lr \
	-o model -O log --outs-persist ckpt --outs-persist-no-cache tmp -m m.json -M n.json \
	--plots p.csv --plots-no-cache q.csv --always-changed -w work "python 'train me.py' > \$X && echo done"
cat mlv.yaml work/.gitignore
mlv stage list --fail
echo '# twice'
cp mlv.yaml was
mlv stage add -n prep 'echo new'
cmp mlv.yaml was && echo same
mlv stage add -f -n train -o model2 echo "a  b" 'it'"'"'s' '' '$x' -- -n
cat mlv.yaml
echo '# meta is kept'
printf 'stages:\n  s:\n    cmd: old\n    meta:\n      # why\n      owner: me\n    deps: [x]\n  t: {cmd: t}\n' >mlv.yaml
mlv stage add -q --force -n s new
cat mlv.yaml
