# The id of a small file is the SHA-256 of its bytes, on stdout, in the order asked for.
printf abc >b
: >a
mkdir d
mlv hash b a ./b
cd d && mlv hash ../b
mlv hash --json ../a
