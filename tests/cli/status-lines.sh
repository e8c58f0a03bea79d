# One line a difference, grouped; files with --granular; -q asks only.
git init -q && mlv init -q && mlv status
mkdir data && echo 1 >data/a && echo 2 >data/b && echo 3 >data/c && echo 4 >gone && echo 5 >file
mlv add -q data gone file && mlv status && mlv status -q; echo "status $?"
rm gone data/a && echo more >>data/b && echo new >"data/n w" && chmod +x file
mlv status; echo "status $?"
mlv status -q; echo "status $?"
mlv status --granular data
mlv status --json
git add -A && git commit -qm 1 && git clone -q . ../clone && cd ../clone && mlv status
