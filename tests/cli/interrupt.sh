# SIGINT and SIGTERM end a long command soon, with status 130 and a message; in the background SIGINT does not.
truncate -s 64G big
for signal in INT TERM; do
	timeout --preserve-status -s $signal 1 mlv -j1 hash big
	echo $?
done
mlv -j1 hash big &
sleep 1
kill -INT $!
sleep 1
kill -TERM $!
wait $!
echo $?
# The same signal twice at once is one request to stop, as it is when timeout(1) sends it.
mlv -j1 hash big &
sleep 1
kill -TERM $!
kill -TERM $!
wait $!
echo $?
