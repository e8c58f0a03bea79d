# Moving in, killed at some moments: the same call again ends as an undisturbed one, and nothing of DVC's is touched.
"$SRC/tests/long/migrate-kills" --bin "$(dirname "$(command -v mlv)")" 3
