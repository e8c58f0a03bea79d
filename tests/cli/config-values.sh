# A value is printed bare; levels outrank each other; a missing one has its own status.
git init -q . && mlv init -q
mlv config core.remote
echo "status $?"
mlv config --global core.jobs 1 && mlv config core.jobs 2 && mlv config --local Core.Jobs 3
mlv config core.jobs; mlv config --project core.jobs; mlv config --global core.jobs
mlv config --list --show-origin
mlv config --unset --local core.jobs && mlv config core.jobs
mlv config --json core.jobs
mlv config --unset --local core.jobs
echo "status $?"
mlv config core.autostag true
echo "status $?"
mlv config core.autostage maybe
echo "status $?"
mlv config --local --global core.jobs 1
