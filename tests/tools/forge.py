#!/usr/bin/python3
"""Write a manifest by hand into a cache, with names that mlv itself never writes.

usage: forge.py CACHE POINTER PATH ENTRY...

ENTRY is KIND:PATH:CONTENT, with \\xNN escapes; content is the file's, or a link's
target; KIND@SIZE says another size than it has. The entries are written in the order given, into one node, unchecked.
POINTER is written to name that node as the directory PATH.
"""
import hashlib
import os
import sys
import zlib


def put(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.exists(path):
        with open(path, 'wb') as f:
            f.write(data)


def main():
    cache, pointer, path = sys.argv[1:4]
    body, files, size = b'', 0, 0
    for entry in sys.argv[4:]:
        kind, name, content = (part.encode('latin-1').decode('unicode_escape').encode('latin-1')
                               for part in entry.split(':', 2))
        kind, _, said = kind.partition(b'@')
        length = int(said) if said else len(content)
        oid = b'-'
        if kind != b'd':
            oid = hashlib.sha256(content).hexdigest().encode()
            put(os.path.join(cache, 'objects', oid[:2].decode(), oid[2:].decode()), content)
            files += 1
        if kind in (b'f', b'x'):
            size += length
        body += b'%s %s %d %s\0' % (kind, oid, length, name)
    raw = b'mlv tree 1 0 %d %d\n' % (len(sys.argv) - 4, size) + body
    oid = hashlib.sha256(raw).hexdigest()
    put(os.path.join(cache, 'nodes', oid[:2], oid[2:]), zlib.compress(raw))
    with open(pointer, 'w') as f:
        f.write('outs:\n- path: %s\n  tree: %s\n  size: %d\n  nfiles: %d\n' % (path, oid, size, files))


main()
