#!/usr/bin/python3
"""A second reader of mlv's formats, from mlv-formats(5) alone.

    reader.py scan DIR              the tree id of a directory, and its entries
    reader.py list CACHE TREE       check a tree of a cache, print its entries
    reader.py compare CACHE TREE DIR  check that a tree of a cache is a directory, object by object
    reader.py write CACHE DIR       store a directory, print its tree id
    reader.py leaves FILE           the leaf list of a large file
    reader.py root CACHE TREE       the text of roots/TREE
    reader.py vectors               the test vectors: vectors.tsv
    reader.py page                  the same as mlv-formats(5) shows them

It shares no code with mlv, uses nothing but Python's library, and is written
to be read, not to be fast: levels are cut from whole lists, nothing streams.
"""
import functools
import hashlib
import os
import stat
import sys
import zlib

import packs

SMALL_MAX = 16 << 20
NODE_MAX = 16 << 20
LEAF = 1 << 20
LEVELS = 8
RESERVED = (b".git", b".mlv", b"git~1")


Damage, need = packs.Damage, packs.need


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def is_id(text):
    return len(text) == 64 and all(c in b"0123456789abcdef" for c in text)


def number(text, most=2**63 - 1):
    need(text.isdigit() and text == b"%d" % int(text) and int(text) <= most, "not a number: %r" % text)
    return int(text)


# Files

def leaf_list(size, leaves):
    """The text of a leaf list from an iterable of the leaves' bytes."""
    return b"mlv leaves 1 %d %d\n" % (size, LEAF) + b"".join(sha256(leaf).encode() + b"\n" for leaf in leaves)


def file_leaves(file):
    while True:
        leaf = file.read(LEAF)
        if not leaf:
            return
        yield leaf


def check_leaf_list(text):
    """The size and the digests of a leaf list."""
    head, _, rest = text.partition(b"\n")
    words = head.split(b" ")
    need(len(words) == 5 and words[:3] == [b"mlv", b"leaves", b"1"] and words[4] == b"%d" % LEAF, "no leaf list")
    size = number(words[3])
    need(size > SMALL_MAX, "a leaf list of a small file")
    count = (size + LEAF - 1) // LEAF
    need(len(rest) == 65 * count, "a leaf list of another length")
    digests = [rest[65 * i:65 * i + 64] for i in range(count)]
    need(all(map(is_id, digests)) and all(rest[65 * i + 64:65 * i + 65] == b"\n" for i in range(count)), "no digests")
    return size, digests


def name_file(path):
    """(large, id, size) of a file."""
    size = os.stat(path).st_size
    with open(path, "rb") as file:
        if size > SMALL_MAX:
            return True, sha256(leaf_list(size, file_leaves(file))), size
        return False, sha256(file.read()), size


# Manifests. An entry is (path, kind, id, size), bytes but for the size.

def component_ok(name):
    return 0 < len(name) <= 255 and name not in (b".", b"..") and name.lower() not in RESERVED


def check_path(path):
    parts = path.split(b"/")
    need(len(path) <= 4095 and len(parts) <= 256 and b"\0" not in path and all(map(component_ok, parts)),
         "no path for a manifest: %r" % path)


def check_entries(entries):
    """Order, paths, and that nothing lies below what is not a directory."""
    paths = [entry[0] for entry in entries]
    need(all(a < b for a, b in zip(paths, paths[1:])), "not sorted")
    known = set(paths)
    for path in paths:
        check_path(path)
        parts = path.split(b"/")
        need(not any(b"/".join(parts[:i]) in known for i in range(1, len(parts))), "below a file: %r" % path)


def check_entry(level, kind, oid, size):
    if level:
        need(kind == b"n" and is_id(oid) and 0 < size <= NODE_MAX, "no entry of a node above level 0")
    elif kind == b"d":
        need(oid == b"-" and size == 0, "an empty directory with an id or a size")
    else:
        need(kind in (b"f", b"x", b"F", b"X", b"l") and is_id(oid), "a kind or an id that is not known")
        need(kind not in b"fx" or size <= SMALL_MAX, "a large file without leaves")
        need(kind not in b"FX" or size > SMALL_MAX, "a small file with leaves")
        need(kind != b"l" or 0 < size <= 4095, "a link of another length")


def ends(level, path):
    """Whether a node of this level ends after this path."""
    return level < LEVELS - 1 and hashlib.sha256(path).digest()[level] == 0


def node_text(level, entries, below):
    head = b"mlv tree 1 %d %d %d\n" % (level, sum(b[0] for b in below), sum(b[1] for b in below))
    return head + b"".join(b"%s %s %d %s\0" % (kind, oid, size, path) for path, kind, oid, size in entries)


def cut_level(level, entries, below):
    """The nodes of a level: a list of (first path, text, (entries, bytes))."""
    nodes, start = [], 0
    for i in range(len(entries)):
        if i + 1 == len(entries) or ends(level, entries[i][0]):
            part = below[start:i + 1]
            nodes.append((entries[start][0], node_text(level, entries[start:i + 1], part),
                          (sum(b[0] for b in part), sum(b[1] for b in part))))
            start = i + 1
    return nodes or [(b"", node_text(level, [], []), (0, 0))]


def build(entries):
    """(root id, level, {id: text}) of a sorted list of entries."""
    entries = sorted(entries)
    check_entries(entries)
    below = [(1, entry[3] if entry[1] in b"fxFX" else 0) for entry in entries]
    kept = {}
    for level in range(LEVELS):
        nodes = cut_level(level, entries, below)
        kept.update((sha256(text), text) for _, text, _ in nodes)
        if len(nodes) == 1:
            return sha256(nodes[0][1]), level, kept
        entries = [(first, b"n", sha256(text).encode(), len(text)) for first, text, _ in nodes]
        below = [b for _, _, b in nodes]
    raise Damage("level 7 was cut")


def parse_node(text):
    """(level, entries below, bytes below, [entry])."""
    need(len(text) <= NODE_MAX, "a node above 16 MiB")
    head, newline, rest = text.partition(b"\n")
    words = head.split(b" ")
    need(newline and len(words) == 6 and words[:3] == [b"mlv", b"tree", b"1"], "no node")
    level, entries, size = number(words[3], LEVELS - 1), number(words[4]), number(words[5])
    need(not rest or rest.endswith(b"\0"), "an entry without an end")
    listed = []
    for line in rest.split(b"\0")[:-1]:
        parts = line.split(b" ", 3)
        need(len(parts) == 4, "an entry without four parts")
        kind, oid, length, path = parts[0], parts[1], number(parts[2]), parts[3]
        check_entry(level, kind, oid, length)
        listed.append((path, kind, oid, length))
    return level, entries, size, listed


def read_tree(read_node, root):
    """
    All entries of a tree, and its nodes as [(id, length)]. The nodes are read
    as they are; then the tree is built anew from the entries, which has to
    give the same nodes. That is all there is to check.
    """
    nodes, entries = [], []

    def visit(oid, level):
        text = read_node(oid)
        need(sha256(text) == oid, "node %s has other bytes" % oid)
        nodes.append((oid, len(text)))
        found, _, _, listed = parse_node(text)
        need(level is None or found == level, "node %s has another level" % oid)
        if not found:
            entries.extend(listed)
        for path, _, child, length in listed if found else []:
            need(length == visit(child.decode(), found - 1), "node %s has another length" % child)
        return len(text)

    visit(root, None)
    again, _, kept = build(entries)
    need(again == root and kept.keys() == {oid for oid, _ in nodes}, "tree %s is not cut as it has to be" % root)
    return entries, nodes


# Stores

def place(kind, oid):
    folder = {"object": "objects", "large": "large", "leaves": "large", "node": "nodes"}[kind]
    return "%s/%s/%s%s" % (folder, oid[:2], oid[2:], ".leaves" if kind == "leaves" else "")


@functools.lru_cache(None)
def read_packs(store, names):
    return packs.read_all(store)


def packed(store):
    """What lies in packs, read again when there are others: {(id, kind): raw bytes}."""
    folder = os.path.join(store, "packs")
    return read_packs(store, tuple(sorted(os.listdir(folder))) if os.path.isdir(folder) else ())


def read_object(store, kind, oid):
    """The raw bytes of an object, verified (a large one: by its leaves)."""
    if (oid, kind) in packed(store):
        return packed(store)[oid, kind]
    with open(os.path.join(store, place(kind, oid)), "rb") as file:
        data = file.read()
    if kind == "node":
        inflater = zlib.decompressobj()
        data = inflater.decompress(data, NODE_MAX + 1)
        need(inflater.eof and not inflater.unused_data, "node %s: more than one stream" % oid)
    if kind == "large":
        text = read_object(store, "leaves", oid)
        size, digests = check_leaf_list(text)
        need(len(data) == size, "large %s: another length" % oid)
        for i, digest in enumerate(digests):
            need(sha256(data[i * LEAF:(i + 1) * LEAF]).encode() == digest, "large %s: leaf %d" % (oid, i))
        return data
    need(sha256(data) == oid, "%s %s has other bytes" % (kind, oid))
    return data


def write_object(store, kind, oid, data):
    path = os.path.join(store, place(kind, oid))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.exists(path):
        with open(path, "wb") as file:
            file.write(zlib.compress(data) if kind == "node" else data)
        os.chmod(path, 0o444)


def stored_tree(store, root):
    return read_tree(lambda oid: read_object(store, "node", oid), root)


def root_text(store, root):
    """roots/<tree id>: what the closure of a tree needs."""
    entries, nodes = stored_tree(store, root)
    lines = {b"node %s %d\n" % (oid.encode(), size) for oid, size in nodes}
    for _, kind, oid, size in entries:
        if kind in b"FX":
            count = (size + LEAF - 1) // LEAF
            length = len(b"mlv leaves 1 %d %d\n" % (size, LEAF)) + 65 * count
            lines |= {b"large %s %d\n" % (oid, size), b"leaves %s %d\n" % (oid, length)}
        elif kind != b"d":
            lines.add(b"object %s %d\n" % (oid, size))
    return b"mlv root 1 %s %d\n" % (root.encode(), len(lines)) + b"".join(sorted(lines))


# Directories

def scan(top):
    """The entries of a directory, as `mlv add` takes them, and where each lies."""
    entries, places = [], {}

    def visit(folder, prefix):
        names = [name for name in os.listdir(folder) if name.lower() not in RESERVED]
        if not names and prefix:
            entries.append((prefix[:-1], b"d", b"-", 0))
        for name in names:
            path, full = prefix + name, folder + b"/" + name
            mode = os.lstat(full).st_mode
            if stat.S_ISDIR(mode):
                visit(full, path + b"/")
                continue
            places[path] = full
            if stat.S_ISLNK(mode):
                target = os.readlink(full)
                entries.append((path, b"l", sha256(target).encode(), len(target)))
            else:
                large, oid, size = name_file(full)
                kind = (b"X" if mode & stat.S_IXUSR else b"F") if large else (b"x" if mode & stat.S_IXUSR else b"f")
                entries.append((path, kind, oid.encode(), size))

    visit(os.fsencode(top), b"")
    return sorted(entries), places


def write(store, top):
    """Store a directory; its tree id."""
    entries, places = scan(top)
    for path, kind, oid, size in entries:
        if kind == b"d":
            continue
        if kind == b"l":
            data = os.readlink(places[path])
        else:
            with open(places[path], "rb") as file:
                data = file.read()
        if kind in b"FX":
            pieces = [data[i:i + LEAF] for i in range(0, size, LEAF)]
            write_object(store, "leaves", oid.decode(), leaf_list(size, pieces))
        write_object(store, "large" if kind in b"FX" else "object", oid.decode(), data)
    root, _, kept = build(entries)
    for oid, text in kept.items():
        write_object(store, "node", oid, text)
    if not os.path.exists(os.path.join(store, "format")):
        with open(os.path.join(store, "format"), "wb") as file:
            file.write(b"mlv-store 1\n")
    return root


def compare(store, root, top):
    """The tree is that of the directory, and all its objects are stored, whole."""
    entries, _ = stored_tree(store, root)
    wanted, places = scan(top)
    need(entries == wanted, "the tree is not that of the directory: %r" % sorted(set(entries) ^ set(wanted))[:4])
    for path, kind, oid, size in entries:
        if kind != b"d":
            data = read_object(store, "large" if kind in b"FX" else "object", oid.decode())
            need(len(data) == size, "%r has another length" % path)


def listing(entries):
    return b"".join(b"%s %s %d %s\0" % (kind, oid, size, path) for path, kind, oid, size in entries)


def main():
    arguments = sys.argv[1:]
    out = sys.stdout.buffer
    command = arguments.pop(0) if arguments else ""
    if command == "scan":
        entries = scan(arguments[0])[0]
        out.write(build(entries)[0].encode() + b"\0" + listing(entries))
    elif command == "list":
        out.write(listing(stored_tree(*arguments)[0]))
    elif command == "compare":
        compare(*arguments)
    elif command == "write":
        print(write(*arguments))
    elif command == "leaves":
        with open(arguments[0], "rb") as file:
            out.write(leaf_list(os.fstat(file.fileno()).st_size, file_leaves(file)))
    elif command == "root":
        out.write(root_text(*arguments))
    elif command in ("vectors", "page"):
        import vectors
        out.write((vectors.tsv() if command == "vectors" else vectors.page()).encode())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main()
    except Damage as damage:
        sys.exit("reader: %s" % damage)
