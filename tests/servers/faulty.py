#!/usr/bin/python3
"""faulty.py: a web server, and a store of objects, that go wrong in known ways, on a free loopback port.

Prints "ready URL" and serves until it is killed. The first component of a path is the way; faults that pass are
counted by the whole path. GET gives 3 MiB, byte i of which is (7 * i + (i >> 13) + (i >> 21)) mod 256.

  break      each answer ends after 700,000 bytes; ranges are honoured
  whole      the first answer ends after 1,000,000 bytes; ranges are not honoured
  refused    the same; ranges are answered with 416
  changed    the first answer ends after 1,000,000 bytes; from the second on the bytes and the ETag are others
  weak       the same; there is no ETag
  other      206 with another range than was asked for
  reset      the first two connections are closed without an answer
  busy       the first three answers are 503
  crowd      each answer takes 0.1 s; the first three to "busy" are 503, and "most" is how many came at once
  flood      headers without end
  stall      the first answer stops after its headers
  cut        PUT: the first connection is closed after half of the body
  fresh      PUT: what is there is not replaced where If-None-Match says so, but answered with 412
  stale      PUT: If-None-Match is refused with 400
  fewer      Content-Length and body are 100 bytes short, ranges of what is missing are 416
  s3/BUCKET  multipart uploads whose end goes wrong: 200 with an error, no answer, 404; lists of two a page
  multi/BUCKET multipart uploads that are kept, see multipart.py
  lost/BUCKET  the same as s3, and the object is not there in the end
"""
import http.server
import re
import socketserver
import threading
import time
import urllib.parse

import multipart

SIZE = 3 << 20
VALUE = bytes((7 * i + (i >> 13) + (i >> 21)) & 255 for i in range(SIZE))
LOCK = threading.Lock()
COUNTS = {}
CROWD = [0]
STORED = {}
PARTS = {}


def turn(key):
    """How often this was asked before."""
    with LOCK:
        COUNTS[key] = COUNTS.get(key, 0) + 1
        return COUNTS[key] - 1


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=(), length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def hang_up(self):
        self.close_connection = True
        self.connection.close()

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def way(self):
        return self.path.split("/")[1]

    def give(self, value, most=None, ranges=True, etag='"v"'):
        asked = re.match(r"bytes=(\d+)-(\d*)$", self.headers.get("Range", ""))
        if self.headers.get("If-Range", etag) != etag:
            asked = None
        headers = ([("ETag", etag)] if etag else []) + [("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")]
        status, first, last = 200, 0, len(value) - 1
        if asked and ranges:
            status, first = 206, int(asked[1])
            last = min(int(asked[2] or last), last)
            if first > last:
                return self.answer(416)
            headers.append(("Content-Range", f"bytes {first}-{last}/{len(value)}"))
        part = value[first:last + 1]
        if most is not None and len(part) > most:
            self.answer(status, part[:most], headers, len(part))
            return self.hang_up()
        return self.answer(status, part, headers)

    def do_GET(self):
        way = self.way()
        if way == "multi":
            return multipart.get(self)
        if way in ("s3", "lost"):
            return self.list_or_get()
        if way == "break":
            return self.give(VALUE, 700000)
        if way == "whole":
            return self.give(VALUE, 1000000 if turn(self.path) == 0 else None, ranges=False)
        if way == "refused" and "Range" in self.headers:
            return self.answer(416)
        if way == "refused":
            return self.give(VALUE, 1000000 if turn(self.path) == 0 else None)
        if way in ("changed", "weak"):
            first = turn(self.path) == 0
            tag = None if way == "weak" else '"v1"' if first else '"v2"'
            return self.give(bytes(SIZE) if first else VALUE, 1000000 if first else None, etag=tag)
        if way == "other":
            return self.answer(206, VALUE[:100], [("Content-Range", f"bytes 0-99/{SIZE}")])
        if way == "reset" and turn(self.path) < 2:
            return self.hang_up()
        if way == "busy" and turn(self.path) < 3:
            return self.answer(503, b"later", [("Retry-After", "1")])
        if way == "flood":
            return self.flood()
        if way == "crowd":
            return self.crowd()
        if way == "stall" and turn(self.path) == 0:
            self.answer(200, b"", length=SIZE)
            time.sleep(3)
            return self.hang_up()
        if way == "fewer":
            return self.give(VALUE[:-100])
        if way in ("fresh", "stale") and self.path.endswith("/stats"):
            return self.answer(200, b"%d" % COUNTS.get(way, 0))
        if way in ("cut", "fresh", "stale"):
            return self.answer(200, STORED[self.path]) if self.path in STORED else self.answer(404)
        return self.give(VALUE)

    def crowd(self):
        if self.path.endswith("/busy") and turn(self.path) < 3:
            return self.answer(503)
        if self.path.endswith("/most"):
            return self.answer(200, b"%d" % max(CROWD))
        with LOCK:
            CROWD.append(CROWD[-1] + 1)
        time.sleep(0.1)
        with LOCK:
            CROWD.append(CROWD[-1] - 1)
        return self.answer(200, b"x")

    def flood(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        try:
            for i in range(100000):
                self.wfile.write(b"X-%d: %s\r\n" % (i, b"y" * 100))
        except OSError:
            pass
        self.hang_up()

    def do_HEAD(self):
        if self.way() == "multi":
            return multipart.head(self)
        if self.way() == "s3" and self.path in STORED:
            return self.answer(200, b"", length=len(STORED[self.path]))
        if self.way() in ("s3", "lost", "cut", "fresh", "stale") and self.path not in STORED:
            return self.answer(404)
        return self.answer(200, STORED.get(self.path, VALUE))

    def do_PUT(self):
        way = self.way()
        if way == "multi":
            return multipart.put(self)
        if way == "cut" and turn(self.path) == 0:
            self.rfile.read(int(self.headers["Content-Length"]) // 2)
            return self.hang_up()
        body = self.body()
        if way in ("s3", "lost"):
            path, query = self.split()
            number = int(query["partNumber"])
            PARTS.setdefault(path, {})[number] = body
            return self.answer(200, headers=[("ETag", f'"part-{number}"')])
        if way == "stale" and "If-None-Match" in self.headers:
            turn("stale")
            return self.answer(400)
        if way == "fresh" and self.headers.get("If-None-Match") == "*" and self.path in STORED:
            turn("fresh")
            return self.answer(412)
        STORED[self.path] = body
        return self.answer(201)

    def do_MOVE(self):
        self.answer(405)

    def do_DELETE(self):
        if self.way() == "multi":
            return multipart.delete(self)
        self.body()
        self.answer(204)

    # The store: what it says of multipart uploads, and lists.

    def split(self):
        path, _, query = self.path.partition("?")
        return path, dict(urllib.parse.parse_qsl(query, keep_blank_values=True))

    def do_POST(self):
        if self.way() == "multi":
            return multipart.post(self)
        body = self.body()
        path, query = self.split()
        if "uploads" in query:
            return self.answer(200, b"<InitiateMultipartUploadResult><UploadId>an/id+1</UploadId>"
                               b"</InitiateMultipartUploadResult>")
        if query.get("uploadId") != "an/id+1" or b'<ETag>&quot;part-1&quot;</ETag>' not in body:
            return self.answer(400, b"<Error><Code>InvalidPart</Code></Error>")
        attempt = turn(path)
        if attempt == 0:
            return self.answer(200, b"  \n<?xml version='1.0'?><Error><Code>InternalError</Code></Error>")
        if attempt == 1:
            if self.way() == "s3":
                STORED[path] = b"".join(PARTS[path][n] for n in sorted(PARTS[path]))
            return self.hang_up()
        return self.answer(404, b"<Error><Code>NoSuchUpload</Code></Error>")

    def list_or_get(self):
        path, query = self.split()
        if "list-type" not in query:
            return self.give(STORED[path]) if path in STORED else self.answer(404)
        keys = ["a", "b%2Bc", "c", "d%25e", "e"]
        start = int(query.get("continuation-token", "0"))
        page = keys[start:start + 2]
        more = start + 2 < len(keys)
        items = "".join(f"<Contents><Key>{k}</Key><Size>{i}</Size></Contents>" for i, k in enumerate(page))
        token = f"<NextContinuationToken>{start + 2}</NextContinuationToken>" if more else ""
        return self.answer(200, (f"<ListBucketResult>{items}<IsTruncated>{str(more).lower()}</IsTruncated>{token}"
                                 "<EncodingType>url</EncodingType></ListBucketResult>").encode())


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def main():
    server = Server(("127.0.0.1", 0), Handler)
    print(f"ready http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


main()
