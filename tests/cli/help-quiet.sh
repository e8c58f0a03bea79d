# Help was asked for: -q does not silence it.
mlv -q help | head -n 1
mlv help -q --json | head -n 1
mlv version -q --help | head -n 1
