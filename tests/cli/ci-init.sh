# Pipelines that run: what a host would make of their script, in a clone.
git init -q && mlv init -q && git commit -qm "No gates yet" --allow-empty
mlv ci init github || echo "$?"
cat >mlv.yaml <<'YAML'
evals:
  test: {predictions: p.csv, task: binary, columns: {label: y, score: s}, metrics: [accuracy]}
gates:
  good: {rules: ["overall.accuracy >= 0.5"]}
  better: {rules: ["overall.accuracy drop < 0.1"]}
YAML
printf 'y,s\n1,0.9\n0,0.1\n1,0.8\n0,0.2\n' >p.csv
mlv eval -q
mlv ci init github
mlv ci init github || echo "$?"
mlv ci init -q -f github && mlv ci init --json gitlab
mlv ci init circle || echo "$?"
cat .github/workflows/mlv.yml .gitlab-ci.yml
git add . && git commit -qm base && git branch base
printf 'y,s\n1,0.9\n0,0.1\n1,0.4\n0,0.2\n' >p.csv
mlv eval -q && git commit -qam worse
git clone -q . ../clone && git -C ../clone branch -q base origin/base
cd ../clone || exit
# The lines of the last script in a pipeline, without their indent.
script() {
	awk -v key="$2" -v indent="$3" 'index($0, key) { on = NR + 1; text = ""; next }
		on && NR >= on && substr($0, 1, length(indent)) == indent { text = text substr($0, length(indent) + 1) "\n"; next }
		on && NR >= on { on = 0 } END { printf "%s", text }' "$1" >../script
}
script .github/workflows/mlv.yml '        run: |' '          '
echo "--- a pull request"
GITHUB_WORKSPACE=$PWD BASE_BRANCH=base GITHUB_STEP_SUMMARY=../summary sh -e ../script
echo "$?"
ls gate-* && grep -c '"ruleId"' gate-better.sarif && sed -n 3p ../summary
echo "--- a push"
GITHUB_WORKSPACE=$PWD BEFORE=$(git rev-parse base) sh -e ../script | grep -v '^$'
echo "--- a first push, for which the gate has no base"
GITHUB_WORKSPACE=$PWD BEFORE=0000000000000000000000000000000000000000 sh -e ../script 2>&1
echo "$?"
rm gate-*
awk '/^  script:/ { on = 1 } /^  artifacts:/ { on = 0 } on && /^      / { print substr($0, 7) }' .gitlab-ci.yml >../script
echo "--- a merge request"
CI_PROJECT_DIR=$PWD CI_MERGE_REQUEST_DIFF_BASE_SHA=$(git rev-parse base) sh -e ../script
echo "$?"
cat gate-better.txt
cd .. && mkdir other && cd other && git init -q && mkdir -p in/side outside && mlv -C in/side init -q --subdir
cp ../w/mlv.yaml in/side/ && mlv -C in/side ci init gitlab && grep -n 'cd in' .gitlab-ci.yml
ln -s outside .github
mlv -C in/side ci init github || echo "$?"
find outside
