# mlv completion for fish. Made by completions/generate from the option tables: do not edit.

function __mlv_remotes
	mlv remote list 2>/dev/null | awk '{ print $1 }'
end
function __mlv_revisions
	echo HEAD
	git for-each-ref --format='%(refname:short)' 2>/dev/null
end

complete -c mlv -f
complete -c mlv -s C -l directory -r -a '(__fish_complete_directories)' -d 'run as if started in this directory'
complete -c mlv -s q -l quiet -d 'print nothing but errors, warnings and what was asked for'
complete -c mlv -s v -l verbose -d 'say more of what is done; may be repeated'
complete -c mlv -l json -d 'write results as JSON'
complete -c mlv -l no-progress -d 'show no progress'
complete -c mlv -s j -l jobs -r -d 'threads to use (default: one for each processor)'
complete -c mlv -s h -l help -d 'print help and exit'
complete -c mlv -l version -d 'print the version and exit'
complete -c mlv -n __fish_use_subcommand -a completion -d 'print the script that teaches a shell to complete'
complete -c mlv -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'
complete -c mlv -n __fish_use_subcommand -a help -d 'say what mlv and its commands do'
complete -c mlv -n '__fish_seen_subcommand_from help' -a 'completion help version'
complete -c mlv -n __fish_use_subcommand -a version -d 'print the version of mlv'
