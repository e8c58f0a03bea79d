# FIFO, socket, outside, not a repository, names that cannot stand in a pointer.
mlv add x 2>/dev/null; echo $?
mkdir repo && cd repo && git init -q && mlv init -q
echo x >../out
mlv add ../out 2>&1 | sed 's/repository .*/repository/'
mlv add -q /etc/passwd 2>/dev/null; echo $?
mkfifo fifo && mkdir d && mkfifo d/fifo
mlv add fifo; echo $?
mlv add d; echo $?
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock")'
mlv add sock; echo $?
touch "$(printf 'a\nb')" "$(printf 'bad\377')"
mlv add "$(printf 'a\nb')"; echo $?
mlv add "$(printf 'bad\377')"; echo $?
ls *.mlv d/*.mlv 2>/dev/null
git status --short
