# An option that is longer or shorter than one there is.
mlv init -q --no-scm
mlv gc --dry-run 2>&1
mlv migrate dvc --dry 2>&1
mlv gc --work 2>&1
mlv gc --xyzzy
