# Pointers have to say what their data is; one that cannot be read does not keep the rest from being checked.
git init -q && mlv init -q
mkdir data && echo one >data/one && yes 123456789012345 | head -c 17000000 >big && echo file >file
mlv add -q data file && mlv add -q --sha256 big
mlv fsck
cp big.mlv good && sed -i 's/^  sha256: ./  sha256: 0/' big.mlv
sed -i 's/nfiles: 1/nfiles: 2/' data.mlv
mlv fsck
echo "status $?"
cp good big.mlv && sed -i 's/nfiles: 2/nfiles: 1/' data.mlv
sed -i 's/size: 5/size: 6/' file.mlv
mlv fsck
echo "status $?"
echo "outs: [" >file.mlv
mlv fsck | sed 1q | cut -c1-17
