# What bash offers: commands, options; a branch named like a command is quoted and not run.
command -v bash >/dev/null || { echo "there is no bash" >&2; exit 77; }
git init -q
git commit -q --allow-empty -m x
git branch '$(touch${IFS}ran)'
cat >ask <<'END'
eval "$(mlv completion bash)"
compopt() { :; }
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mlv; printf '%s\n' "${COMPREPLY[@]}"; echo --; }
ask mlv ver
ask mlv version --js
ask mlv completion z
ask mlv help vers
COMP_WORDS=(mlv x '') COMP_CWORD=2 COMPREPLY=()
_mlv_offer rev
printf '%s\n' "${COMPREPLY[@]}"
END
bash ask
[ ! -e ran ] || echo "a branch's name was run"
