# Metrics files that are known and not there are not called unknown; how to name them is said for each command.
mlv init -q --no-scm
try() {
	mlv "$@" 2>&1
	echo "$?"
}
try metrics show
try metrics show nope.json
printf 'metrics:\n- metrics.json\n' >mlv.yaml
try metrics show
echo '{"auc": 0.5}' >metrics.json
try metrics show
