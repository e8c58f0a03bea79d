#!/usr/bin/python3
"""logins.py LOG: a web server, and a proxy that is any host, which writes down who asked it, on a free loopback port.

Prints "ready URL" and serves until it is killed. Each request is a line of LOG: method, host, way, status, who. The
first component of a path is the way; what is put below one can be got below any.

  basic      for the user ada with the password geheim
  digest     the same, by a digest (RFC 7616, MD5, qop=auth) that is right for method, path and nonce
  posts      POST writes, PUT and MOVE are 405
  open       for anybody
  to/HOST/X  redirects to HOST/X; to301, to302, to308 by that status, to by 307
"""
import base64
import hashlib
import http.server
import re
import secrets
import sys
import threading
import urllib.parse

LOCK = threading.Lock()
STORED = {}
NONCES = set()


def md5(*words):
    return hashlib.md5(":".join(words).encode()).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def who(self):
        """What the request says of its sender: kind, user, password or whether the digest is right."""
        if "X-Key" in self.headers:
            return ["X-Key", self.headers["X-Key"]]
        kind, _, rest = self.headers.get("Authorization", "nobody").partition(" ")
        if kind == "Basic":
            return ["basic"] + base64.b64decode(rest).decode().split(":", 1)
        if kind != "Digest":
            return [kind] + ([rest] if rest else [])
        said = {k: v.strip('"') for k, v in re.findall(r'(\w+)=("[^"]*"|[^",]+)', rest)}
        right = said["nonce"] in NONCES and said["response"] == md5(
            md5(said["username"], "store", "geheim"), said["nonce"], said["nc"], said["cnonce"], said["qop"],
            md5(self.command, said["uri"]))
        return ["digest", said["username"], "right" if right and said["uri"] == self.uri else "wrong"]

    def answer(self, status, body=b"", **headers):
        with LOCK, open(sys.argv[1], "a", encoding="utf-8") as log:
            print(self.command, self.host, self.way, status, *self.who(), file=log)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def challenge(self):
        if self.way == "basic":
            return self.answer(401, WWW_Authenticate='Basic realm="store"')
        nonce = secrets.token_hex(8)
        NONCES.add(nonce)
        return self.answer(401, WWW_Authenticate='Digest realm="store", nonce="%s", qop="auth"' % nonce)

    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        self.host, self.uri = self.headers["Host"].split(":")[0], url.path
        _, self.way, key = url.path.split("/", 2)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        wanted = {"basic": ["basic", "ada", "geheim"], "digest": ["digest", "ada", "right"]}.get(self.way)
        if wanted and self.who() != wanted:
            self.challenge()
        elif self.way in ("to", "to301", "to302", "to308"):
            self.answer(int(self.way[2:] or 307), Location="http://" + key)
        elif self.command == ("POST" if self.way == "posts" else "PUT"):
            STORED[key] = body
            self.answer(201)
        elif self.command not in ("GET", "HEAD", "DELETE"):
            self.answer(405)
        elif key not in STORED:
            self.answer(404)
        elif self.command == "DELETE":
            del STORED[key]
            self.answer(204)
        else:
            self.answer(200, STORED[key])

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_MOVE = do_MKCOL = serve


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
print("ready http://127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever()
