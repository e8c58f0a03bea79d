# Every command and sub-command prints its help and ends with 0; nothing of it is wider than 80 columns.
mlv __options | awk -F '\t' '$1 == "cmd" { print $2 }' >commands
while read -r command; do
	mlv $command --help >out || echo "$command --help: $?"
	grep -q "^usage: mlv $command" out || echo "$command --help: no usage"
	mlv help $command >again || echo "help $command: $?"
	cmp out again
	awk -v c="$command" 'length > 80 { print c ": " $0 }' out
done <commands
mlv help >out || echo "help: $?"
awk 'length > 80' out
mlv --help | cmp - out
mlv -h | cmp - out
[ "$(wc -l <commands)" -ge 3 ] || echo "few commands"
# The overview has every command once, in groups.
grep -v ' ' commands | sort >all
awk '/^Options/ { exit } /^  [a-z]/ { print $1 }' out | sort | diff all - || echo "help: lists other commands"
[ "$(grep -c ':$' out)" -ge 5 ] || echo "help: few groups"
