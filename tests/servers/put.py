#!/usr/bin/env python3
"""put.py URL CONTAINER NAME FILE: put a file into the server that swift.py runs, by its own API."""
import sys
import urllib.parse
import urllib.request as web

url, container, name, file = sys.argv[1:]
asked = web.Request(url + "/auth/v1.0", headers={"X-Auth-User": "test:tester", "X-Auth-Key": "testing"})
with web.urlopen(asked) as answer:
    where, token = answer.headers["X-Storage-Url"], answer.headers["X-Auth-Token"]
with open(file, "rb") as source:
    web.urlopen(web.Request("%s/%s/%s" % (where, container, urllib.parse.quote(name)), data=source.read(), method="PUT",
                            headers={"X-Auth-Token": token})).close()
