# What cannot be read is named; no pointer is written, not even for the other target.
git init -q && mlv init -q
mkdir d && echo x >d/secret && echo y >y && echo s >s && mkdir closed
chmod 000 s d/secret closed
# Root reads everything, unless it gives that right away.
[ "$(id -u)" != 0 ] || as='setpriv --inh-caps=-all --bounding-set=-dac_override,-dac_read_search'
$as mlv add y d; echo $?
$as mlv add y s; echo $?
$as mlv add y closed; echo $?
ls
