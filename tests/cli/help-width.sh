# Help is broken at the width that COLUMNS tells.
COLUMNS=50 mlv help | awk 'length > 50'
COLUMNS=50 mlv version --help
