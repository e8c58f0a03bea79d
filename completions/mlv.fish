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
complete -c mlv -n '__fish_seen_subcommand_from help' -a 'completion help metrics version'
complete -c mlv -n __fish_use_subcommand -a metrics -d 'show metrics and compare them between revisions'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and not __fish_seen_subcommand_from diff show' -a diff -d 'show how metrics changed between two revisions'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from diff' -a '(__mlv_revisions)'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from diff' -l targets -r -F -d 'compare this file instead of those of mlv.yaml'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from diff' -s R -l recursive -d 'take the files below a target that is a directory'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from diff' -l all -d 'show what did not change, too'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from diff' -l md -d 'write a Markdown table'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from diff' -l no-path -d 'leave out the column of files'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from diff' -l precision -r -d 'digits after the point (default: 5)'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and not __fish_seen_subcommand_from diff show' -a show -d 'show metrics of the work tree or of revisions'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from show' -F
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from show' -l rev -r -a '(__mlv_revisions)' -d 'show this revision instead of the work tree'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from show' -s a -l all-branches -d 'show the tip of each branch, too'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from show' -s T -l all-tags -d 'show each tag, too'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from show' -s A -l all-commits -d 'show each commit, too'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from show' -s R -l recursive -d 'take the files below a target that is a directory'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from show' -l md -d 'write a Markdown table'
complete -c mlv -n '__fish_seen_subcommand_from metrics; and __fish_seen_subcommand_from show' -l precision -r -d 'digits after the point (default: 5)'
complete -c mlv -n __fish_use_subcommand -a version -d 'print the version of mlv'
