# The version, for people and for programs.
mlv version
mlv version --json | python3 -c 'import json, sys; print(sorted(json.load(sys.stdin)))'
