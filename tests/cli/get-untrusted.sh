# The remote of a repository that is only got from sees no credential until the user says so, and then for that URL alone.
# not under odd settings: a URL does not hold a newline
mkdir src && cd src && git init -q && mlv init -q && mlv remote add -q -d store s3://bucket/data
mlv remote modify -q store endpointurl http://127.0.0.1:1 && echo one >one && mlv add -q one && git add . && git commit -qm one
cd .. && git clone -q --bare src there.git && url="file://$PWD/there%2Egit"
export AWS_ACCESS_KEY_ID=mine AWS_SECRET_ACCESS_KEY=secret MLV_TEST_CLOCK=virtual
mlv get "$url" one; echo "status $?"
mlv remote trust --repo "$url" store
mlv get "$url" one 2>err; echo "status $?"; grep -c 'Failed to connect\|refused\|not reached' err
cut -f 2- ~/.config/mlv/trust
cd src && mlv remote modify -q store endpointurl http://127.0.0.2:1 && git commit -qam evil && git push -q ../there.git main && cd ..
mlv get "$url" one; echo "status $?"
mlv remote trust --repo "$url" stor; echo "status $?"
mlv remote trust --repo nowhere store; echo "status $?"
