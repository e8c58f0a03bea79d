# Names that .gitignore would take for patterns are escaped; git agrees that they are ignored.
git init -q && mlv init -q
touch -- '#hash' '!bang' 'a b' 'end ' 'que?' '[set]' 'back\slash' 'star*' "quo'te" 'é' '-dash'
mlv add -- '#hash' '!bang' 'a b' 'end ' 'que?' '[set]' 'back\slash' 'star*' "quo'te" 'é' -dash
cat .gitignore
git -c core.quotePath=false status --short --untracked-files=all
cat '#hash.mlv' 'end .mlv' 'é.mlv' | grep path
