# What the server has too many of is asked for by fewer at a time, and by more again when that goes well.
. "$SRC/tests/servers/aws.sh"
export AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED MLV_TEST_CLOCK=virtual
paced() { mlv -v "$@" 2>&1 | grep -o '[0-9]* requests\? at a time from now on, not [0-9]*'; }
mkdir many && for i in $(seq 20); do echo $i >many/$i; done
mlv add -q many
echo "-- three in a row"
echo slow 3 >aws/rules && paced push -j 8
echo "-- six, of a store with nothing to do but to look"
echo slow 9 >aws/rules && paced push -j 8
echo "-- never fewer than one"
echo slow 17 >aws/rules && paced push -j 1
echo slow 25 >aws/rules && paced push -j 2
echo "-- a server that is not there"
mlv remote modify --local store endpointurl http://127.0.0.1:1
paced push -j 8
mkdir ~/.ssh && echo "[127.0.0.1]:1 ssh-ed25519 $(printf '\0\0\0\013ssh-ed25519\0\0\0\040%032d' 0 | base64 -w 0)" >~/.ssh/known_hosts
mlv remote add -q gone sftp://ada@127.0.0.1:1/x
paced push -r gone
