#!/usr/bin/env python3
"""Make a directory of files that a tool may stumble over, or compare two.

    wild_tree.py make DIR [--files N] [--seed S] [--large]
    wild_tree.py same DIR OTHER

make: N random files (5,000) under names with spaces, newlines, quotes, bytes
that are not UTF-8 and all else but NUL and slash; 200 levels of depth; empty
files and directories; executables; symbolic links, also dangling ones. The
same seed makes the same directory. --large adds two files above 16 MiB.

same: exit 0 when both hold the same names, kinds, bytes, link targets and
x bits, else 1 and the first differences on stderr. A directory other than an
empty one counts only by what is in it.
"""
import argparse
import hashlib
import os
import random
import stat
import sys

CURIOUS = [
    b"with space", b" leading", b"trailing ", b"new\nline", b"tab\there", b"quote'single",
    b'quote"double', b"back\\slash", b"dollar$HOME", b"star*", b"question?", b"[bracket]",
    b"#hash", b"!bang", b"-dash", b"--help", b"~tilde", b"semi;colon", b"amp&ersand", b"pipe|",
    b"caf\xc3\xa9", b"cafe\xcc\x81", b"latin\xe9", b"\xff\xfe", b"\x01\x02\x7f", b"\x1b[31mred",
    b"CON", b"x" * 255, b"%41", b"a:b", b"...", b".hidden", b"\xf0\x9f\x90\x98", b"\r",
    b"\xe2\x80\xae rtl", b"a-b", b"a.b", b"a0b", b"gIt", b".gitx", b"git~2",
]


def name(rng, number):
    """A name that no other number gives."""
    if rng.random() < 0.3:
        base = rng.choice(CURIOUS)
        return base[:240] + b" %d" % number
    length = rng.randint(1, 20)
    raw = bytes(rng.choice([b for b in range(1, 256) if b != 0x2F]) for _ in range(length))
    return raw + b"%d" % number


def write(path, data, executable=False):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o777 if executable else 0o666)
    with os.fdopen(fd, "wb") as to:
        to.write(data)


def content(rng):
    kind = rng.random()
    if kind < 0.05:
        return b""
    if kind < 0.1:
        return b"the same in many files\n"
    if kind < 0.98:
        return rng.randbytes(rng.randint(1, 600))
    return rng.randbytes(rng.randint(60_000, 200_000))


def directories(rng, root):
    """Some directories, a few levels deep, and one way down of 200 levels."""
    found = [root]
    for number in range(150):
        path = os.path.join(rng.choice(found), b"d" + name(rng, number))
        if path.count(b"/") - root.count(b"/") < 6 and len(path) < 1500:
            os.mkdir(path)
            found.append(path)
    deep = root
    for level in range(200):
        deep = os.path.join(deep, b"%d" % level)
        os.mkdir(deep)
        if level % 20 == 19:
            found.append(deep)
    return found


def make(root, files, seed, large):
    rng = random.Random(seed)
    os.mkdir(root)
    found = directories(rng, root)
    for number in range(files):
        path = os.path.join(rng.choice(found), name(rng, number))
        kind = rng.random()
        if kind < 0.02:
            os.symlink(rng.choice(CURIOUS) + b"/to", path)
        elif kind < 0.03:
            os.symlink(b"../" * rng.randint(0, 3) + b"f", path)
        elif kind < 0.05:
            os.mkdir(path)
        else:
            write(path, content(rng), rng.random() < 0.1)
    write(os.path.join(root, *(b"%d" % level for level in range(200)), b"deepest"), b"200 down\n")
    for curious in CURIOUS:
        write(os.path.join(root, curious), curious)
    if large:
        write(os.path.join(root, b"large"), rng.randbytes((16 << 20) + 1))
        write(os.path.join(root, b"large x"), rng.randbytes((18 << 20) + 77), True)


def describe(path):
    st = os.lstat(path)
    if stat.S_ISLNK(st.st_mode):
        return ("link", os.readlink(path))
    if stat.S_ISREG(st.st_mode):
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        return ("executable" if st.st_mode & 0o111 else "file", st.st_size, digest)
    return ("other", st.st_mode)


def listing(root):
    found = {}
    for base, dirs, files in os.walk(root):
        for one in files + [d for d in dirs if os.path.islink(os.path.join(base, d))]:
            path = os.path.join(base, one)
            found[os.path.relpath(path, root)] = describe(path)
        if not dirs and not files and base != root:
            found[os.path.relpath(base, root)] = ("empty directory",)
    return found


def same(root, other):
    a, b = listing(root), listing(other)
    bad = sorted(path for path in a.keys() | b.keys() if a.get(path) != b.get(path))
    for path in bad[:10]:
        print("%r: %s, %s" % (path, a.get(path), b.get(path)), file=sys.stderr)
    if not a:
        print("nothing to compare", file=sys.stderr)
    return 1 if bad or not a else 0


def main():
    parser = argparse.ArgumentParser()
    sub = parser.add_subparsers(dest="what", required=True)
    maker = sub.add_parser("make")
    maker.add_argument("dir", type=os.fsencode)
    maker.add_argument("--files", type=int, default=5000)
    maker.add_argument("--seed", type=int, default=1)
    maker.add_argument("--large", action="store_true")
    comparer = sub.add_parser("same")
    comparer.add_argument("dir", type=os.fsencode)
    comparer.add_argument("other", type=os.fsencode)
    args = parser.parse_args()
    if args.what == "make":
        make(args.dir, args.files, args.seed, args.large)
        return 0
    return same(args.dir, args.other)


if __name__ == "__main__":
    sys.exit(main())
