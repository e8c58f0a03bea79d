# shellcheck shell=sh
# Stages as jobs of Slurm: a real one, started here.
bin=${PATH%%:*}
work=$(mktemp -d) || exit 1
finish() {
	"$SRC/tests/servers/slurm.sh" stop "$work/slurm"
	chmod -R u+w "$work"
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
status=0
ready=$("$SRC/tests/servers/slurm.sh" start "$work/slurm" 2>"$work/err")
case $? in
0) ;;
77)
	echo "ok - slurm # SKIP $(echo "$ready" | tail -n 1)"
	sed 's/^/# /' "$work/err"
	exit
	;;
*)
	sed 's/^/# /' "$work/err"
	echo "not ok - Slurm is started"
	exit 1
	;;
esac
export SLURM_CONF="${ready#ready }"
result() { [ "$2" = 0 ] && echo "ok - $1" || { echo "not ok - $1"; status=1; }; }

if [ -x "$bin/test_slurm" ]; then
	MLV_TEST_SLURM=1 timeout 300 "$bin/test_slurm" --tap --color=never -j4 >"$work/tap" 2>"$work/log"
	result=$?
	sed -nE "s/^(ok|not ok) (- )?/\1 - slurm: /p" "$work/tap"
	if [ $result != 0 ]; then
		status=1
		sed 's/^/# /' "$work/log"
		grep -q '^not ok' "$work/tap" || echo "not ok - test_slurm ended with exit status $result"
	fi
else
	echo "ok - slurm # SKIP the unit tests are not built in $bin"
fi
exit $status
