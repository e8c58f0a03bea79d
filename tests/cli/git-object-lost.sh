# An object that git names and does not give is a failure; none of what a command may go on without.
git init -q && mlv init -q && mkdir sub
printf 'id,y,s\na,1,0.9\nb,0,0.2\nc,1,0.4\n' >p.csv && echo '{"a": 1}' >sub/m.json && echo x >data && mlv add -q data
printf 'metrics: [sub/m.json]\nevals:\n  e: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy]}\n' >mlv.yaml
mlv eval -q && git add -A && git commit -qm one && git tag one
echo '{"a": 2}' >sub/m.json && sed -i s/0.4/0.6/ p.csv && mlv eval -q && git commit -qam two
lose() { file=.git/objects/$(git rev-parse "$1" | sed 's,^..,&/,') && mv "$file" lost; }
again() { mv lost "$file"; }
try() { mlv "$@" 2>err; echo "status $?"; sed 's/[0-9a-f]\{12,\}/ID/g' err; }
echo "== a file"; lose one:sub/m.json; try metrics diff one HEAD; again
echo "== the directory that it lies in"; lose one:sub; try metrics diff one HEAD; try metrics show --rev one sub/m.json; again
echo "== the rows of a record"; lose one:mlv.yaml; try report --base one --html page.html; again
echo "== a pointer"; lose one:data.mlv; try gc -A -f; try diff one HEAD; again
echo "== a commit"; lose one^0; try gc -A -f; try metrics log accuracy; again
try metrics diff one HEAD
echo "== a shallow clone is not the whole history"
git clone -q --depth 1 "file://$PWD" ../shallow && cd ../shallow && try gc -A -f; try metrics log accuracy; try metrics show
