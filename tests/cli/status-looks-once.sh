# What one stage makes and the next depends on is looked at once, and nothing known is read.
command -v strace >/dev/null || { echo "no strace" >&2; exit 77; }
git init -q && mlv init -q
echo 1 >in
cat >mlv.yaml <<'EOF'
stages:
  a: {cmd: cp in one, deps: [in], outs: [one]}
  b: {cmd: cp one two, deps: [one], outs: [two]}
  c: {cmd: cp one three, deps: [one], outs: [three]}
EOF
mlv repro -q
sleep 0.03 && mlv status
strace -f -e trace=newfstatat,statx,openat,openat2 -o log mlv status || exit 77
for file in in one two three; do
	echo "$file: $(grep -c "\"$file\"" log)"
done
echo 2 >one && mlv status
