# The executable bit is recorded, and forgotten when it goes.
git init -q && mlv init -q
echo run >tool
chmod +x tool
mlv add tool
cat tool.mlv
chmod -x tool
mlv add tool
grep -c exec tool.mlv
chmod +x tool
mlv --json add tool
