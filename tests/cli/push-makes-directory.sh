# The first push makes the directory of a remote; where that of it is not there either, a disk may not be mounted.
mkdir repo && cd repo && git init -q && mlv init -q && echo 1 >one && mlv add -q one
mlv remote add -q near store && mlv push -r near
mlv remote add -q far share/team/store && mlv push -r far
mlv push -r far
echo 'a clone that does not trust it'
mlv remote add -q new ../elsewhere
git add -A . && git commit -qm one && git clone -q . ../clone && cp -r .mlv/cache ../clone/.mlv/
cd ../clone && mlv push -r new
echo $?
