# A second signal, later than the first, ends a command at once, also where it cannot stop by itself:
# it writes to a pipe that nobody empties. Where nothing was written yet, the first does.
# not under ThreadSanitizer: it gives signals to a program only when its call is over
git init -q && mlv init -q
head -c 1000000 /dev/zero >file && mlv add -q file
mkfifo pipe
sleep 20 <pipe &
reader=$!
mlv cat file >pipe &
sleep 1
kill -TERM $!
sleep 1
kill -0 $! && echo "still there after the first"
kill -TERM $!
wait $!
echo $?
kill $reader

mkfifo full
sleep 20 <full &
reader=$!
head -c 65536 /dev/zero >full
mlv cat file >full &
sleep 1
kill -TERM $!
wait $!
echo $?
kill $reader
