# mlv completion for bash. Made by completions/generate from the option tables: do not edit.

# Offer the lines of stdin. Names that came with a clone are quoted: compgen -W would expand them.
_mlv_words()
{
	local word cur=${COMP_WORDS[COMP_CWORD]}
	while IFS= read -r word; do
		if [[ $word == "$cur"* ]]; then COMPREPLY+=("$(printf %q "$word")"); fi
	done
}

_mlv_offer()
{
	local cur=${COMP_WORDS[COMP_CWORD]}
	case $1 in
	file)
		# What is tracked but not here is offered by its pointer.
		mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <({ compgen -f -- "$cur"; compgen -f -X "!*.mlv" -- "$cur" | sed "s/\.mlv\$//"; } | sort -u)
		compopt -o filenames ;;
	dir)
		mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$cur")
		compopt -o filenames ;;
	remote) _mlv_words < <(mlv remote list 2>/dev/null | awk "{ print \$1 }") ;;
	rev) _mlv_words < <(echo HEAD; git for-each-ref --format="%(refname:short)" 2>/dev/null) ;;
	command) mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W 'add cache card cat cat-object check-ignore checkout ci commit completion config cv dag data destroy diff doctor du eval fairness fetch freeze fsck gate gc get get-url hash help import import-url init install list ls-tree ls-url merge-driver metrics migrate monitor move params plots pull push remote remove report repro root slices stage status unfreeze unprotect update version' -- "$cur") ;;
	esac
}

_mlv()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} label= subs= words= hint= i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-C | --directory | -j | --jobs) ((i++)) ;;
		-*) ;;
		*)
			if [ -z "$label" ]; then label=${COMP_WORDS[i]}
			elif [ -n "$subs" ]; then label="$label ${COMP_WORDS[i]}"
			fi
			case $label in
			cache) subs='dir list' ;;
			card) subs='build check diff export' ;;
			ci) subs='init' ;;
			cv) subs='check report run split' ;;
			data) subs='status' ;;
			eval) subs='merge verify' ;;
			metrics) subs='bisect blame diff list log show' ;;
			migrate) subs='dvc lfs' ;;
			monitor) subs='profile check log' ;;
			params) subs='diff' ;;
			plots) subs='list' ;;
			remote) subs='add default list modify remove rename trust' ;;
			slices) subs='ls check find' ;;
			stage) subs='add list' ;;
			*) subs= ;;
			esac ;;
		esac
	done
	case $label:$prev in
	'add':--out | 'add':-o) _mlv_offer file; return ;;
	'card build':--file) _mlv_offer file; return ;;
	'card check':--file) _mlv_offer file; return ;;
	'card diff':--file) _mlv_offer file; return ;;
	'card export':--file) _mlv_offer file; return ;;
	'card export':--output | 'card export':-o) _mlv_offer file; return ;;
	'cat':--rev) _mlv_offer rev; return ;;
	'cat':--range) _mlv_offer none; return ;;
	'cat':--remote | 'cat':-r) _mlv_offer remote; return ;;
	'cv check':--rev) _mlv_offer rev; return ;;
	'cv report':--rev) _mlv_offer rev; return ;;
	'cv report':--slice) _mlv_offer none; return ;;
	'cv run':--split) _mlv_offer none; return ;;
	'cv run':--fold) _mlv_offer none; return ;;
	'cv split':--output | 'cv split':-o) _mlv_offer file; return ;;
	'data status':--remote | 'data status':-r) _mlv_offer remote; return ;;
	'data status':--untracked-files) _mlv_offer none; return ;;
	'diff':--targets) _mlv_offer file; return ;;
	'du':--rev) _mlv_offer rev; return ;;
	'eval':--output | 'eval':-o) _mlv_offer file; return ;;
	'eval':--predictions) _mlv_offer file; return ;;
	'eval':--features) _mlv_offer file; return ;;
	'eval':--shard) _mlv_offer none; return ;;
	'eval verify':--rev) _mlv_offer rev; return ;;
	'fairness':--rev) _mlv_offer rev; return ;;
	'fairness':--ref) _mlv_offer none; return ;;
	'fairness':--tau) _mlv_offer none; return ;;
	'fairness':--aequitas) _mlv_offer file; return ;;
	'fairness':--config) _mlv_offer file; return ;;
	'fairness':--format) _mlv_offer none; return ;;
	'fetch':--remote | 'fetch':-r) _mlv_offer remote; return ;;
	'fetch':--jobs | 'fetch':-j) _mlv_offer none; return ;;
	'fetch':--bwlimit) _mlv_offer none; return ;;
	'fetch':--max-size) _mlv_offer none; return ;;
	'fetch':--type) _mlv_offer none; return ;;
	'fsck':--remote | 'fsck':-r) _mlv_offer remote; return ;;
	'gate':--base) _mlv_offer rev; return ;;
	'gate':--policy) _mlv_offer file; return ;;
	'gate':--max-bytes) _mlv_offer none; return ;;
	'gate':--junit) _mlv_offer file; return ;;
	'gate':--sarif) _mlv_offer file; return ;;
	'gate':--openmetrics) _mlv_offer file; return ;;
	'gc':--rev) _mlv_offer rev; return ;;
	'gc':--num | 'gc':-n) _mlv_offer none; return ;;
	'gc':--date) _mlv_offer none; return ;;
	'gc':--projects | 'gc':-p) _mlv_offer dir; return ;;
	'gc':--forget) _mlv_offer dir; return ;;
	'gc':--remote | 'gc':-r) _mlv_offer remote; return ;;
	'gc':--jobs | 'gc':-j) _mlv_offer none; return ;;
	'gc':--grace) _mlv_offer none; return ;;
	'get':--out | 'get':-o) _mlv_offer file; return ;;
	'get':--rev) _mlv_offer none; return ;;
	'get':--jobs | 'get':-j) _mlv_offer none; return ;;
	'get-url':--jobs | 'get-url':-j) _mlv_offer none; return ;;
	'import':--out | 'import':-o) _mlv_offer file; return ;;
	'import':--rev) _mlv_offer none; return ;;
	'import':--jobs | 'import':-j) _mlv_offer none; return ;;
	'import-url':--jobs | 'import-url':-j) _mlv_offer none; return ;;
	'list':--level | 'list':-L) _mlv_offer none; return ;;
	'list':--rev) _mlv_offer rev; return ;;
	'metrics bisect':--eval) _mlv_offer none; return ;;
	'metrics blame':--slice) _mlv_offer none; return ;;
	'metrics blame':--eval) _mlv_offer none; return ;;
	'metrics diff':--targets) _mlv_offer file; return ;;
	'metrics diff':--format) _mlv_offer none; return ;;
	'metrics diff':--max-bytes) _mlv_offer none; return ;;
	'metrics diff':--precision) _mlv_offer none; return ;;
	'metrics diff':--slices) _mlv_offer none; return ;;
	'metrics diff':--sort) _mlv_offer none; return ;;
	'metrics diff':--adjust) _mlv_offer none; return ;;
	'metrics diff':--paired) _mlv_offer none; return ;;
	'metrics diff':--level) _mlv_offer none; return ;;
	'metrics diff':--min-n) _mlv_offer none; return ;;
	'metrics diff':--margin) _mlv_offer none; return ;;
	'metrics list':--rev) _mlv_offer rev; return ;;
	'metrics log':--slice) _mlv_offer none; return ;;
	'metrics log':--eval) _mlv_offer none; return ;;
	'metrics log':--count | 'metrics log':-n) _mlv_offer none; return ;;
	'metrics log':--precision) _mlv_offer none; return ;;
	'metrics show':--rev) _mlv_offer rev; return ;;
	'metrics show':--precision) _mlv_offer none; return ;;
	'metrics show':--slices) _mlv_offer none; return ;;
	'metrics show':--sort) _mlv_offer none; return ;;
	'monitor check':--input) _mlv_offer file; return ;;
	'monitor check':--model) _mlv_offer rev; return ;;
	'monitor check':--window) _mlv_offer none; return ;;
	'monitor check':--psi-zero) _mlv_offer none; return ;;
	'monitor check':--limit) _mlv_offer none; return ;;
	'params diff':--targets) _mlv_offer file; return ;;
	'plots list':--rev) _mlv_offer rev; return ;;
	'pull':--remote | 'pull':-r) _mlv_offer remote; return ;;
	'pull':--jobs | 'pull':-j) _mlv_offer none; return ;;
	'pull':--bwlimit) _mlv_offer none; return ;;
	'push':--remote | 'push':-r) _mlv_offer remote; return ;;
	'push':--jobs | 'push':-j) _mlv_offer none; return ;;
	'push':--bwlimit) _mlv_offer none; return ;;
	'remote trust':--repo) _mlv_offer dir; return ;;
	'report':--html | 'report':-o) _mlv_offer file; return ;;
	'report':--base) _mlv_offer rev; return ;;
	'report':--history) _mlv_offer none; return ;;
	'report':--vega) _mlv_offer dir; return ;;
	'repro':--stages | 'repro':-j) _mlv_offer none; return ;;
	'repro':--executor) _mlv_offer none; return ;;
	'repro':--explain) _mlv_offer none; return ;;
	'slices ls':--rev) _mlv_offer rev; return ;;
	'slices check':--rev) _mlv_offer rev; return ;;
	'slices find':--rev) _mlv_offer rev; return ;;
	'slices find':--metric) _mlv_offer none; return ;;
	'slices find':--max-level) _mlv_offer none; return ;;
	'slices find':--min-n) _mlv_offer none; return ;;
	'slices find':--top) _mlv_offer none; return ;;
	'slices find':--alpha) _mlv_offer none; return ;;
	'slices find':--seed) _mlv_offer none; return ;;
	'stage add':--name | 'stage add':-n) _mlv_offer none; return ;;
	'stage add':--deps | 'stage add':-d) _mlv_offer file; return ;;
	'stage add':--params | 'stage add':-p) _mlv_offer file; return ;;
	'stage add':--outs | 'stage add':-o) _mlv_offer file; return ;;
	'stage add':--outs-no-cache | 'stage add':-O) _mlv_offer file; return ;;
	'stage add':--outs-persist) _mlv_offer file; return ;;
	'stage add':--outs-persist-no-cache) _mlv_offer file; return ;;
	'stage add':--metrics | 'stage add':-m) _mlv_offer file; return ;;
	'stage add':--metrics-no-cache | 'stage add':-M) _mlv_offer file; return ;;
	'stage add':--plots) _mlv_offer file; return ;;
	'stage add':--plots-no-cache) _mlv_offer file; return ;;
	'stage add':--wdir | 'stage add':-w) _mlv_offer dir; return ;;
	'stage add':--desc) _mlv_offer none; return ;;
	'status':--remote | 'status':-r) _mlv_offer remote; return ;;
	'status':--jobs | 'status':-j) _mlv_offer none; return ;;
	'status':--bwlimit) _mlv_offer none; return ;;
	'update':--rev) _mlv_offer none; return ;;
	'update':--jobs | 'update':-j) _mlv_offer none; return ;;
	*:--directory | *:-C) _mlv_offer dir; return ;;
	*:--jobs | *:-j) _mlv_offer none; return ;;
	esac
	case $label in
	'add') words='--force -f --glob --no-commit --out -o --sha256' hint=file ;;
	'cache') words='' hint=none ;;
	'cache dir') words='--unset -u --system --global --project --local' hint=dir ;;
	'cache list') words='' hint=none ;;
	'card') words='' hint=none ;;
	'card build') words='--file' hint=none ;;
	'card check') words='--file' hint=none ;;
	'card diff') words='--file' hint=rev ;;
	'card export') words='--file --hf --mct --output -o' hint=none ;;
	'cat') words='--rev --range --remote -r' hint=file ;;
	'cat-object') words='' hint=none ;;
	'check-ignore') words='--all -a --details -d --non-matching -n --stdin --null -z' hint=file ;;
	'checkout') words='--allow-missing --force -f --relink --summary' hint=file ;;
	'ci') words='' hint=none ;;
	'ci init') words='--force -f' hint=none ;;
	'commit') words='--force -f' hint=file ;;
	'completion') words='' hint=none ;;
	'config') words='--unset -u --list -l --show-origin --system --global --project --local' hint=none ;;
	'cv') words='' hint=none ;;
	'cv check') words='--rev' hint=none ;;
	'cv report') words='--rev --slice --folds --md' hint=none ;;
	'cv run') words='--split --fold --force -f' hint=none ;;
	'cv split') words='--output -o --dry-run -n' hint=none ;;
	'dag') words='--dot --mermaid --md --full --outs -o --collapse-foreach-matrix' hint=file ;;
	'data') words='' hint=none ;;
	'data status') words='--granular --not-in-remote --remote -r --unchanged --untracked-files' hint=file ;;
	'destroy') words='--force -f' hint=none ;;
	'diff') words='--hide-missing --md --show-hash --targets' hint=rev ;;
	'doctor') words='' hint=none ;;
	'du') words='--bytes -b --rev --summarize -s' hint=dir ;;
	'eval') words='--dry-run -n --new-edges --partial --output -o --predictions --features --shard' hint=none ;;
	'eval merge') words='--dry-run -n --new-edges' hint=file ;;
	'eval verify') words='--rev' hint=none ;;
	'fairness') words='--rev --ref --tau --aequitas --config --format --exit-code' hint=none ;;
	'fetch') words='--remote -r --jobs -j --bwlimit --all-branches -a --all-tags -T --all-commits -A --glob --dry-run --run-cache --max-size --type --allow-missing' hint=file ;;
	'freeze') words='' hint=file ;;
	'fsck') words='--remote -r --repair --all-branches -a --all-tags -T --all-commits -A' hint=file ;;
	'gate') words='--base --policy --soft --md --max-bytes --github --junit --sarif --openmetrics' hint=none ;;
	'gc') words='--workspace -w --all-branches -a --all-tags -T --all-commits -A --rev --num -n --date --projects -p --forget --cloud -c --remote -r --jobs -j --all-roots --grace --skip-missing --dry --force -f' hint=none ;;
	'get') words='--out -o --rev --show-url --jobs -j --force -f' hint=dir ;;
	'get-url') words='--jobs -j --force -f' hint=file ;;
	'hash') words='--sha256' hint=file ;;
	'help') words='' hint=command ;;
	'import') words='--out -o --rev --no-download --jobs -j --force -f' hint=dir ;;
	'import-url') words='--no-download --jobs -j --force -f' hint=file ;;
	'init') words='--no-scm --subdir --force -f' hint=dir ;;
	'install') words='--uninstall' hint=none ;;
	'list') words='--level -L --mlv-only --recursive -R --rev --show-hash --size --tree -T' hint=dir ;;
	'ls-tree') words='--name-only --nodes --null -z' hint=file ;;
	'ls-url') words='--recursive -R --size' hint=none ;;
	'merge-driver') words='' hint=file ;;
	'metrics') words='' hint=none ;;
	'metrics bisect') words='--eval' hint=rev ;;
	'metrics blame') words='--slice --eval' hint=none ;;
	'metrics diff') words='--targets --recursive -R --all --md --format --mermaid --max-bytes --no-path --precision --slices --sort --adjust --no-rows --paired --level --min-n --margin --merge-base --exit-code' hint=rev ;;
	'metrics list') words='--rev' hint=none ;;
	'metrics log') words='--slice --eval --count -n --all --precision' hint=none ;;
	'metrics show') words='--rev --all-branches -a --all-tags -T --all-commits -A --recursive -R --md --csv --precision --slices --sort' hint=file ;;
	'migrate') words='' hint=none ;;
	'migrate dvc') words='--dry-run -n --check --fetch' hint=dir ;;
	'migrate lfs') words='--dry-run -n --check' hint=dir ;;
	'monitor') words='' hint=none ;;
	'monitor profile') words='' hint=none ;;
	'monitor check') words='--input --model --window --all --psi-zero --limit --soft --no-log -n' hint=none ;;
	'monitor log') words='' hint=none ;;
	'move') words='' hint=file ;;
	'params') words='' hint=none ;;
	'params diff') words='--targets --all --deps --md --no-path' hint=rev ;;
	'plots') words='' hint=none ;;
	'plots list') words='--rev' hint=none ;;
	'pull') words='--remote -r --jobs -j --bwlimit --all-branches -a --all-tags -T --all-commits -A --force -f --glob --dry-run --run-cache --allow-missing' hint=file ;;
	'push') words='--remote -r --jobs -j --bwlimit --all-branches -a --all-tags -T --all-commits -A --glob --dry-run --run-cache --verify --repair' hint=file ;;
	'remote') words='' hint=none ;;
	'remote add') words='--default -d --force -f --system --global --project --local' hint=none ;;
	'remote default') words='--unset -u --system --global --project --local' hint=remote ;;
	'remote list') words='--system --global --project --local' hint=none ;;
	'remote modify') words='--unset -u --system --global --project --local' hint=remote ;;
	'remote remove') words='--system --global --project --local' hint=remote ;;
	'remote rename') words='--system --global --project --local' hint=remote ;;
	'remote trust') words='--repo' hint=remote ;;
	'remove') words='--force -f --outs' hint=file ;;
	'report') words='--html -o --base --history --vega' hint=none ;;
	'repro') words='--force -f --interactive -i --single-item -s --pipeline -p --all-pipelines -P --recursive -R --downstream --force-downstream --dry --pull --allow-missing --glob --no-commit --no-run-cache --keep-going -k --ignore-errors --stages -j --executor --explain' hint=file ;;
	'root') words='' hint=none ;;
	'slices') words='' hint=none ;;
	'slices ls') words='--rev --md' hint=none ;;
	'slices check') words='--rev' hint=none ;;
	'slices find') words='--rev --metric --max-level --min-n --top --alpha --no-holdout --seed --write' hint=none ;;
	'stage') words='' hint=none ;;
	'stage add') words='--name -n --deps -d --params -p --outs -o --outs-no-cache -O --outs-persist --outs-persist-no-cache --metrics -m --metrics-no-cache -M --plots --plots-no-cache --wdir -w --always-changed --desc --force -f --run' hint=command ;;
	'stage list') words='--all --fail --recursive -R --name-only --names-only' hint=file ;;
	'status') words='--remote -r --jobs -j --bwlimit --all-branches -a --all-tags -T --all-commits -A --cloud -c --verify --granular --updates' hint=file ;;
	'unfreeze') words='' hint=file ;;
	'unprotect') words='' hint=file ;;
	'update') words='--recursive -R --rev --no-download --jobs -j --force -f' hint=file ;;
	'version') words='' hint=none ;;
	esac
	case $cur in
	-*) mapfile -t COMPREPLY < <(compgen -W "$words --directory -C --quiet -q --verbose -v --json --no-progress --jobs -j --help -h --version" -- "$cur") ;;
	*)
		if [ -z "$label" ]; then _mlv_offer command
		elif [ -n "$subs" ]; then mapfile -t COMPREPLY < <(compgen -W "$subs" -- "$cur")
		elif [ "$label" = completion ]; then mapfile -t COMPREPLY < <(compgen -W "bash zsh fish" -- "$cur")
		else _mlv_offer "$hint"
		fi ;;
	esac
}
complete -F _mlv mlv
