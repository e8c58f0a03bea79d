# What was moved before an interruption is not moved again.
/usr/bin/python3 "$SRC/tests/remote/resume.py" --bin "${PATH%%:*}"
