# What cannot be hashed is told, the rest still is.
printf abc >b
mkdir d
mkfifo f
mlv hash missing b d
echo $?
mlv hash d
echo $?
mlv hash f
echo $?
