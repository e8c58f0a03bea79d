# A broken file stops commands with its line; config mends it all the same.
git init -q . && mlv init -q
printf '[core]\n\tremot = x # typo\n\tjobs = 2\n' >.mlv/config
mlv remote trust x
echo "status $?"
mlv config --unset core.remot && cat .mlv/config
