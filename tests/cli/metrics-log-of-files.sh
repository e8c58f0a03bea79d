# Metrics files alone have no history to follow: the hint says what there is for them.
git init -q && git config user.name N && git config user.email n@example.org
mlv init -q
printf 'metrics:\n- metrics.json\n' >mlv.yaml
echo '{"auc": 0.5}' >metrics.json
git add . && git commit -qm 1
mlv metrics log auc
