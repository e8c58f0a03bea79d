# With --json a failure is a JSON object on stderr, wherever --json stands.
mlv verison --json
echo $?
mlv --json version -x 2>err
python3 -c 'import json; e = json.load(open("err"))["error"]; print(e["code"], e["status"])'
