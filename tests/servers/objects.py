#!/usr/bin/env python3
"""objects.py URL CONTAINER make | list PREFIX | get NAME FILE | put NAME FILE | remove NAME... | odd PREFIX COUNT SEED

odd puts COUNT objects with names of all that a name may hold, and prints what sha256sum prints of them, sorted.
Of the server that swift.py runs, by its own API: what a test does behind the back of mlv."""
import hashlib
import random
import sys
import urllib.parse
import urllib.request as web

url, container, action, *rest = sys.argv[1:]
asked = web.Request(url + "/auth/v1.0", headers={"X-Auth-User": "test:tester", "X-Auth-Key": "testing"})
with web.urlopen(asked) as answer:
    where, token = answer.headers["X-Storage-Url"], answer.headers["X-Auth-Token"]


def do(method, name="", data=None):
    path = "%s/%s%s" % (where, container, name)
    with web.urlopen(web.Request(path, data=data, method=method, headers={"X-Auth-Token": token})) as answer:
        return answer.read()


if action == "make":
    do("PUT")
elif action == "list":
    sys.stdout.write(do("GET", "?prefix=" + urllib.parse.quote(rest[0])).decode())
elif action == "odd":
    chance, prefix, lines = random.Random(rest[2]), rest[0], []
    letters = [chr(c) for c in range(0x20, 0x7f) if chr(c) not in "/\\"] * 4 + list("äöüß日本語é\u0301😀\u00a0")
    for i in range(int(rest[1])):
        name = "".join(chance.choices(letters, k=chance.randint(1, 30))) + str(i)
        do("PUT", "/" + urllib.parse.quote(prefix + name), name.encode())
        lines.append("%s  ./%s" % (hashlib.sha256(name.encode()).hexdigest(), name))
    sys.stdout.buffer.write(b"".join(line.encode() + b"\n" for line in sorted(lines, key=str.encode)))
else:
    key = "/" + urllib.parse.quote(rest[0])
    if action == "get":
        with open(rest[1], "wb") as to:
            to.write(do("GET", key))
    elif action == "put":
        with open(rest[1], "rb") as source:
            do("PUT", key, source.read())
    else:
        for name in rest:
            do("DELETE", "/" + urllib.parse.quote(name))
