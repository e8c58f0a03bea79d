# All settings of a remote move, secrets and the default too.
git init -q . && mlv init -q && mlv remote add -q -d store /data && mlv remote modify store jobs 3
mlv remote modify --local store password p
mlv remote rename store depot && mlv config --list --show-origin && mlv remote default
mlv remote rename depot depot
echo "status $?"
mlv remote rename store x
