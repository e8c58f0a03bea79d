# --sha256 prints what sha256sum prints, byte for byte, also of odd names and large files.
printf abc >abc
printf x >'back\slash'
printf y >'new
line'
printf z >"$(printf 'caf\351')"
head -c 17000000 /dev/zero >zeros
sha256sum -- * >want
mlv hash --sha256 abc back* caf* new* zeros >got
cmp want got && sha256sum -c --quiet got
