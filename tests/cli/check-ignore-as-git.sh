# Ten thousand random paths, asked of mlv and of git with the same random rules: the same rule decides.
exec python3 "$SRC/tests/tools/ignore_cases.py"
