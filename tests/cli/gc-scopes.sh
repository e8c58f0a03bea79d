# Each scope keeps what it says and no more; without one nothing is done.
git init -q && mlv init -q
commit() { echo "$1" >data && mlv add -q data && git add -A && GIT_COMMITTER_DATE="$2" git commit -qm "$1"; }
commit one 2026-01-01T00:00:00Z && git tag v1
commit two 2026-02-01T00:00:00Z && git branch old
commit three 2026-03-01T00:00:00Z
commit four 2026-04-01T00:00:00Z
echo five >data && mlv add -q data
# What is left of the five, as copies of the cache.
left() {
	rm -rf work && mkdir work && cp -a .git .mlv .gitignore data.mlv work && (
		cd work && mlv gc --grace 0 -f "$@" >/dev/null || echo "status $?"
		printf '%s:' "$*" && cat $(grep -lrE 'one|two|three|four|five' .mlv/cache/objects) | sort | tr '\n' ' ' && echo)
}
left -w
left -a
left -T
left -A
left -aT
left --rev HEAD~3
left --rev HEAD~3 --rev old
left -n 2
left --rev HEAD~ -n 2
left -a -n 2
left -n 9
left --date 2026-03-01
left --date 2026-03-02
left --date yesterday
left --rev nothing
left
