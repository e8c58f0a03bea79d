# A file that one side lacks is told, not fatal.
git init -q
git commit -q --allow-empty -m one
printf '{"a": 1}' >m.json
mlv metrics diff --targets m.json
