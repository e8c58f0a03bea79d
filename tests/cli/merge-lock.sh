# mlv.lock is merged stage by stage; stages that ran on both sides are named.
git init -q && mlv init -q && mlv install -q
lock() { printf 'schema: mlv-lock 1\nstages:\n'; for s; do printf '  %s:\n    cmd: %s\n' "${s%=*}" "${s#*=}"; done; }
lock a=one b=one c=one >mlv.lock && git add . && git commit -qm base
git checkout -q -b ours && lock a=ours b=one c=one >mlv.lock && git commit -qam ours
git checkout -q -b theirs main 2>/dev/null && lock b=one c=theirs d=new >mlv.lock && git commit -qam theirs
echo "== conflict: changed and taken away"
git merge -m no ours 2>&1 | grep -v ^Auto; git checkout -q --ours mlv.lock && git merge --abort
echo "== different stages"
git checkout -q -b disjoint main 2>/dev/null && lock a=one b=disjoint c=one d=new >mlv.lock && git commit -qam disjoint
git merge -q -m merged ours; echo "status $?"; cat mlv.lock
echo "== below the root, and not mlv's"
mkdir sub && lock x=1 >sub/mlv.lock && git add . && git commit -qm sub && git checkout -q -b s2
echo "schema: '2.0'" >sub/mlv.lock && git commit -qam s2 && git checkout -q disjoint && lock x=2 >sub/mlv.lock && git commit -qam s1
git merge -m no s2 2>&1 | grep -v ^Auto
