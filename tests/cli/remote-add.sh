# A relative path is stored relative to .mlv; a second one of the name needs -f.
git init -q r && cd r && mlv init -q && mkdir -p a/b && cd a/b
mlv remote add -d store ../../../store
mlv remote add store /other
echo "status $?"
mlv remote add -f store /other && mlv remote add abs /data && mlv remote list
mlv remote add 'no way' /x
echo "status $?"
mlv remote add x htps://h/x
echo "status $?"
mlv remote list --json
cat ../../.mlv/config
