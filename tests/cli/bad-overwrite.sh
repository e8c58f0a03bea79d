# What lies in the way of a checkout and is not stored stays, whatever it is; -f takes it away.
git init -q && mlv init -q
mkdir data && echo one >data/one && echo f >f && mlv add -q data f
try() { mlv checkout f data; echo "status $?"; }
echo mine >f && echo mine >data/one && echo mine >data/more
try
cat f data/*
rm -r data && echo mine >data && rm f && mkdir f && echo mine >f/in
try
cat data f/in
rm -r data f && mkdir outside && echo mine >outside/one && ln -s outside data && ln -s outside/one f
try
readlink data f; cat outside/one
rm data f && mkfifo f && mkdir data && mkfifo data/one
try
ls -l f data/one | cut -c1
echo forced
rm f data/one && echo mine >f && echo mine >data/more
mlv checkout -f; echo "status $?"
cat f data/*; ls data; cat outside/one
