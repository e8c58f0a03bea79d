# Descriptors closed at the start: nothing that is opened later becomes stdin, stdout or stderr.
mlv version >&-
echo $?
mlv version 2>&-
mlv nothing 2>&-
echo $?
mlv version <&- >&- 2>&-
echo $?
