# Results that cannot be written are a failure.
mlv version >/dev/full
echo $?
mlv __options >/dev/full
echo $?
mlv version --json >/dev/full
echo $?
