# A remote of a later time, and a place that is no store, are left as they are.
git init -q && mlv init -q && mkdir store && mlv remote add -q -d store store
echo one >one && mlv add -q one
echo 'mlv-store 7' >store/format
mlv push 2>err
echo "status $?"
sed 's|^mlv: .*/store|mlv: URL|' err
echo '<html>Please log in</html>' >store/format
mlv fetch 2>err
echo "status $?"
sed 's|^mlv: .*/store|mlv: URL|' err
ls store
