# -o copies what lies outside; what is there is not overwritten without -f.
mkdir outside repo && echo new >outside/x && mkdir outside/d && echo 1 >outside/d/1 && ln -s 1 outside/d/l
cd repo && git init -q && mlv init -q
mlv add -o data.csv ../outside/x
cat data.csv
echo mine >there
mlv add -o there ../outside/x; echo $?
cat there
mlv add -f -o there ../outside/x
cat there
mlv add -o dir ../outside/d
ls dir; readlink dir/l
mlv add -o ../away ../outside/x 2>/dev/null; echo $?
mlv add -o y ../outside/none; echo $?
mlv add -o y ../outside/x ../outside/d; echo $?
ls . ../outside ..
