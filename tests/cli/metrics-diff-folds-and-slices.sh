# Numbers, folds and slices of HEAD against the work tree; what did not change is left out.
git init -q
printf 'metrics:\n- m.json\n' >mlv.yaml
printf '{"acc": 0.9, "same": 1, "folds": [0.8, 0.9, 1.0], "slices": {"sex=F": {"acc": 0.5}, "sex=M": {"acc": 0.75}}}' >m.json
git add -A && git commit -qm one
mkdir .mlv && : >.mlv/config
printf '{"acc": 0.92, "same": 1, "folds": [0.9, 0.9, 0.9], "slices": {"sex=F": {"acc": 0.25}, "sex=M": {"acc": 0.75}}}' >m.json
mlv metrics diff
echo
mlv metrics diff --all --md --no-path --precision 2
