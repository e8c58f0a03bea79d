# A target that is not there; the pointer of one that was stays. All targets or none.
git init -q && mlv init -q
echo x >data.csv
mlv add -q data.csv
cp data.csv.mlv before
rm data.csv
mlv add data.csv; echo $?
cmp data.csv.mlv before
echo y >model.bin
mlv add model.bin modle.bin; echo $?
mlv add none; echo $?
ls
