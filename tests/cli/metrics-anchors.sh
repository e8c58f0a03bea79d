# An mlv.yaml with anchors lists its metrics as any other.
git init -q && mlv init -q
printf 'x: &m [m.json]\nmetrics: *m\n' | sed 's/^x:/params:/' >mlv.yaml
printf '{"a": 1}' >m.json
mlv metrics show
