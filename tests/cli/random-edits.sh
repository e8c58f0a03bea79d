# Random edits of a random directory: status, add and checkout agree with what is on the disk.
exec python3 "$SRC/tests/tools/random_edits.py" 8 4
