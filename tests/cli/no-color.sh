# Colour and other escapes only on a terminal, and no colour with NO_COLOR.
escape=$(printf '\033')
for command in version help; do
	mlv $command | grep -c "$escape"
	MLV_TEST_TTY=1 NO_COLOR=1 mlv $command | grep -c "$escape"
done
true
