# SIGINT and SIGTERM end a long command soon, with status 130 and a message; in the background SIGINT does not.
truncate -s 64G big
for signal in INT TERM; do
	timeout --preserve-status -s $signal 0.3 mlv -j1 hash big
	echo $?
done
mlv -j1 hash big &
sleep 0.2
kill -INT $!
sleep 0.2
kill -TERM $!
wait $!
echo $?
