# Random edits of a random directory: what every data command says and makes agrees with what is on the disk.
exec python3 "$SRC/tests/tools/random_edits.py" 8 5
