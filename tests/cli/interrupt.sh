# SIGINT and SIGTERM end a long command soon, with status 130 and a message; in the background SIGINT does not.
# timeout signals its whole group too unless in the foreground; a second signal ends mlv at once
truncate -s 64G big
for signal in INT TERM; do
	timeout --foreground --preserve-status -s $signal 1 mlv -j1 hash big
	echo $?
done
mlv -j1 hash big &
sleep 1
kill -INT $!
sleep 1
kill -TERM $!
wait $!
echo $?
