# Outside git a repository is made only with --no-scm, and then it says so.
mlv init
echo "status $?"
test ! -e .mlv && mlv init --no-scm && mlv config core.no_scm
