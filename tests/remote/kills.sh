# A push that is killed leaves each key whole at the server, names nothing there that is missing, and can be repeated.
/usr/bin/python3 "$SRC/tests/remote/kills.py" --bin "${PATH%%:*}" --points "${POINTS:-6}"
