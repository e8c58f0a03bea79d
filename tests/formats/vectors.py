"""The test vectors of mlv-formats(5): what they are of, and how they are shown.

A vector has a type, a name, an input and what comes out:

    object  bytes of a small file                       its id
    leaves  size of a file of zero bytes                the id of its leaf list, which is the file's
    node    a node's text                               its id
    tree    entries of a directory, KIND:PATH:CONTENT   level and id of its root
    files   a number N                                  the same, of N files 000000 and so on that
                                                        hold their own names
    pack    frames of a pack, raw, KIND:CONTENT         its class and id
    gear    a byte                                      the number that it stands for
    cuts    blocks of a file, each of which holds       the lengths of its chunks
            the SHA-256s of its number, 0, 1, ...
    recipe  size of a file of zero bytes, whose chunks  its SHA-256
            lie in one pack, raw, each once
    marks   marks, KIND:TIME:CONTENT                    the SHA-256 of gc/marks
    bad     text that is no node                        -

In inputs, \\n, \\0, \\\\ and \\xNN are as in C; entries are separated by ';'.
"""
import marks
import packs
import reader
import recipes

ID = reader.sha256(b"test").encode()
OBJECTS = [("empty", b""), ("test", b"test"), ("link target", b"../data/a.csv")]
SIZES = [16777217, 20971520, 20971521]
TREES = [
    ("empty", ""),
    ("one file", "f:a3.csv:1"),
    ("cut after the first path", "f:a3.csv:1;f:b.csv:2"),
    ("order of bytes", "f:a-b:1;f:a/b:2;f:a0:3;f:Z:4"),
    ("kinds", "f:data.csv:1,2\\n;x:run.sh:#!/bin/sh\\n;l:latest:data.csv;d:empty:"),
    ("any byte", "f:a b:1;f:a\\nb:2;f:\\xff\\xfe:3;f:\\\\:4;f:\\x22:5"),
]
FILES = [255, 3000, 100000]
PACKS = [
    ("two objects", "object:test;object:"),
    ("two nodes", "node:mlv tree 1 0 0 0\\n;node:mlv tree 1 0 1 0\\nd - 0 a\\0"),
]
GEAR = [0, 1, 255]
CUTS = [10, 600, 40000]
RECIPES = [16777217, 18874368]
MARKS = [
    ("none", ""),
    ("some", "root:1000:test;gone-object:999:test;object:1795882698:test;dpack:5:test"),
]
BAD = [
    ("not sorted", b"mlv tree 1 0 2 2\nf @ 1 b\0f @ 1 a\0"),
    ("twice", b"mlv tree 1 0 2 2\nf @ 1 a\0f @ 1 a\0"),
    ("below a file", b"mlv tree 1 0 3 3\nf @ 1 a\0f @ 1 a-b\0f @ 1 a/b\0"),
    ("below an empty directory", b"mlv tree 1 0 2 1\nd - 0 a\0f @ 1 a/b\0"),
    ("two dots", b"mlv tree 1 0 1 1\nf @ 1 ../a\0"),
    ("dot git", b"mlv tree 1 0 1 1\nf @ 1 a/.Git/config\0"),
    ("absolute", b"mlv tree 1 0 1 1\nf @ 1 /a\0"),
    ("leading zero", b"mlv tree 1 0 1 1\nf @ 01 a\0"),
    ("entries", b"mlv tree 1 0 2 1\nf @ 1 a\0"),
    ("bytes", b"mlv tree 1 0 1 2\nf @ 1 a\0"),
    ("kind", b"mlv tree 1 0 1 1\ng @ 1 a\0"),
    ("id of a directory", b"mlv tree 1 0 1 0\nd @ 0 a\0"),
    ("large f", b"mlv tree 1 0 1 16777217\nf @ 16777217 a\0"),
    ("small F", b"mlv tree 1 0 1 16777216\nF @ 16777216 a\0"),
    ("no cut", b"mlv tree 1 0 2 2\nf @ 1 a3.csv\0f @ 1 b.csv\0"),
    ("level", b"mlv tree 1 8 0 0\n"),
    ("root of one node", b"mlv tree 1 1 1 1\nn @ 82 a\0"),
    ("no end", b"mlv tree 1 0 1 1\nf @ 1 a"),
]


def escape(data):
    special = {10: "\\n", 0: "\\0", 92: "\\\\"}
    return "".join(special.get(c) or (chr(c) if 32 <= c < 127 else "\\x%02x" % c) for c in data)


def unescape(text):
    data, i = bytearray(), 0
    while i < len(text):
        if text[i] != "\\":
            data += text[i].encode("latin-1")
            i += 1
        elif text[i + 1] == "x":
            data.append(int(text[i + 2:i + 4], 16))
            i += 4
        else:
            data.append({"n": 10, "0": 0, "\\": 92}[text[i + 1]])
            i += 2
    return bytes(data)


def parts(spec):
    """(kind, path, content) of each entry of a tree's input."""
    return [tuple(unescape(word) for word in entry.split(":", 2)) for entry in spec.split(";") if entry]


def entries(spec):
    return [(path, kind, b"-" if kind == b"d" else reader.sha256(content).encode(), len(content))
            for kind, path, content in parts(spec)]


def numbered(count):
    return [(b"%06d" % i, b"f", reader.sha256(b"%06d" % i).encode(), 6) for i in range(count)]


def frames(spec):
    """[(kind, id, raw bytes)] of a pack's input."""
    words = [tuple(unescape(word) for word in frame.split(":", 1)) for frame in spec.split(";")]
    return [(kind.decode(), reader.sha256(content), content) for kind, content in words]


def zeros(size):
    full = bytes(reader.LEAF)
    for at in range(0, size, reader.LEAF):
        yield full[:size - at]


def counted(blocks):
    """A file that looks like chance: SHA-256 of 0, of 1, and so on, in decimal."""
    return b"".join(bytes.fromhex(reader.sha256(b"%d" % i)) for i in range(blocks))


def recipe_of_zeros(size):
    chunks = recipes.cut(bytes(size))
    frames = [("object", reader.sha256(chunk), chunk) for chunk in sorted(set(chunks), key=len, reverse=True)]
    _, oid, pack, _ = packs.make(frames)
    name = reader.sha256(reader.leaf_list(size, zeros(size)))
    return recipes.make(name, [(chunk, oid, len(pack)) for chunk in chunks])


def all_vectors():
    for name, data in OBJECTS:
        yield "object", name, escape(data), reader.sha256(data)
    for size in SIZES:
        yield "leaves", "%d zero bytes" % size, str(size), reader.sha256(reader.leaf_list(size, zeros(size)))
    one = b"mlv tree 1 0 1 4\nf %s 4 data.csv\0" % ID
    yield "node", "a file", escape(one), reader.sha256(one)
    for name, spec in TREES:
        root, level, _ = reader.build(entries(spec))
        yield "tree", name, spec, "%d %s" % (level, root)
    for count in FILES:
        root, level, _ = reader.build(numbered(count))
        yield "files", "%d files" % count, str(count), "%d %s" % (level, root)
    for name, spec in PACKS:
        letter, oid, _, _ = packs.make(frames(spec))
        yield "pack", name, spec, "%s %s" % (letter, oid)
    for byte in GEAR:
        yield "gear", "byte %d" % byte, escape(bytes([byte])), "%016x" % recipes.GEAR[byte]
    for blocks in CUTS:
        yield ("cuts", "%d bytes" % (32 * blocks), str(blocks),
               " ".join(str(len(chunk)) for chunk in recipes.cut(counted(blocks))))
    for size in RECIPES:
        yield "recipe", "%d zero bytes" % size, str(size), reader.sha256(recipe_of_zeros(size))
    for name, spec in MARKS:
        yield "marks", name, spec, reader.sha256(marks.text(b"marks", marks.from_spec(spec)))
    for name, text in BAD:
        yield "bad", name, escape(text.replace(b"@", ID)), "-"


def tsv():
    return "".join("\t".join(vector) + "\n" for vector in all_vectors())


def page():
    """Blocks of the page: the vectors but for the bad ones, whose inputs are long."""
    lines = []
    for kind, name, text, result in all_vectors():
        if kind != "bad":
            lines.append("%s: %s" % (kind, name))
            lines += ["    " + text[i:i + 68] for i in range(0, len(text), 68)]
            lines.append("    = " + result)
    return "".join(line.replace("\\", "\\e") + "\n" for line in lines)
