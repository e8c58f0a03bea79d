# An option that is longer or shorter than one there is; --dry and --dry-run are one.
mlv init -q --no-scm
mlv gc -w --dry-run && mlv gc -w --dry
mlv migrate dvc --dry 2>&1
mlv gc --dry-ru 2>&1
mlv gc -w --dry-run=1 2>&1
mlv status --dry 2>&1
mlv gc --work 2>&1
mlv gc --xyzzy
