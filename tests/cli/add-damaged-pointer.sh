# Any damaged pointer in the repository stops add before it writes.
git init -q && mlv init -q
mkdir other && echo x >x && echo y >y
mlv add -q y
printf 'outs:\n- path: z\n  sha256: 12\n  size: 1\n' >other/z.mlv
mlv add x; echo $?
printf 'outs: [\n' >other/z.mlv
mlv add x; echo $?
rm other/z.mlv && ln -s ../y.mlv other/z.mlv
mlv add x; echo $?
rm other/z.mlv
sed 's/path: y/path: x/' y.mlv >other/z.mlv
mlv add x; echo $?
ls
