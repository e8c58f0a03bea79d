# Of a repository that somebody else wrote nothing is run but by repro and by what says that it runs a command.
# not under odd settings: the paths stand in YAML, in settings and in commands
command -v strace >/dev/null && strace -o none true 2>/dev/null || { echo "strace is not installed, or may not trace" >&2; exit 77; }
evil="touch $PWD/ran"
git init -q theirs && cd theirs && mlv init -q
mkdir data store && echo one >data/one && echo 'id,y,p
1,1,0.9
2,0,0.2' >preds.csv
cat >mlv.yaml <<-Y
	vars: [{rate: 1}]
	stages:
	  train: {cmd: $evil, deps: [data], outs: [model], params: [lr], metrics: [metrics.json: {cache: false}]}
	  each: {foreach: [1, 2], do: {cmd: "$evil \${item}"}}
	metrics: [metrics.json]
	evals:
	  test: {predictions: preds.csv, task: binary, columns: {id: id, label: y, score: p}, metrics: [accuracy]}
Y
echo 'lr: 1' >params.yaml && echo '{"a": 1}' >metrics.json
mlv add -q data && mlv remote add -q --default store "$PWD/store" && mlv push -q
cat >>.mlv/config <<-C
	[remote "bucket"]
	url = s3://bucket/x
	profile = theirs
	configpath = $PWD/aws
C
printf '[profile theirs]\ncredential_process = %s\n' "$evil" >aws
printf '* filter=evil diff=evil merge=evil\n' >.gitattributes
mkdir .githooks && printf '#!/bin/sh\n%s\n' "$evil" >.githooks/post-checkout && chmod +x .githooks/*
cp .githooks/post-checkout git && cp git mlv && cp git sh
git add -A && git commit -qm theirs
cd .. && git clone -q theirs ours && cd ours
run() {
	strace -f -qq -e trace=execve -o ../trace mlv "$@" >../out 2>&1
	status=$?
	[ $status != 2 ] && [ $status -lt 126 ] || { echo "status $status of $*" && cat ../out; }
	sed -nE 's/.*execve\("([^"]*)".* = 0$/\1/p' ../trace | sed 's,.*/,,' >>../started
}
for command in status "status -c" pull fetch push checkout "checkout -f" "add data" commit dag "stage list" "params diff" \
	"metrics show" "metrics diff" "metrics log a" "plots list" eval gate "data status" diff "diff HEAD" du "ls-tree HEAD" list \
	"list -R ." "fsck" "fsck -r store" "gc -w -f" doctor "config --list" "remote list" "check-ignore data" "push -r bucket" \
	"pull -r bucket" "status -c -r bucket" "card build" "report --html ../page.html" "update" "import ../theirs data -o again" "get file://${PWD%/ours}/theirs data -o got" \
	"metrics bisect overall.accuracy<0.1 HEAD HEAD" "freeze train" "unfreeze train" "repro --dry" "remove train" "migrate dvc --dry-run" "ci init github"; do
	run $command
done
sort -u ../started
ls ../ran 2>/dev/null
echo "-- and repro does"
git checkout -q . && run repro -q && ls ../ran | sed 's,.*/,,'
