# Faults of all kinds between mlv and real servers: what is pushed and pulled is right, or told to be not, and the next try ends well.
/usr/bin/python3 "$SRC/tests/remote/chaos.py" --bin "${PATH%%:*}" --runs "${RUNS:-60}"
