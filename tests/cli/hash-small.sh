# The id of a small file is the SHA-256 of its bytes, on stdout, in the order asked for.
printf abc >b
: >a
mlv hash b a "$PWD/b" | sed "s|  $PWD/|  |"
mlv hash --json a
