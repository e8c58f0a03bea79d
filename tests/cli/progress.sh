# Progress: on a terminal, after a second, with a rate and a time left; never elsewhere, with -q or --no-progress.
truncate -s 64G big
shown() {
	env $1 mlv -j1 hash $2 big 2>err &
	sleep 1.5
	kill -TERM $!
	wait $!
	tr '\r' '\n' <err | grep -c '%.*/s, .* left' | sed 's/^[1-9][0-9]*$/some/'
}
shown MLV_TEST_TTY=1
shown MLV_TEST_TTY=1 -q
shown MLV_TEST_TTY=1 --no-progress
shown MLV_TEST_TTY=0
