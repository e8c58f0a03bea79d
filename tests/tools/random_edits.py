#!/usr/bin/env python3
"""random_edits.py SEED ROUNDS: a random tracked directory, edited at random in each
round; what mlv says of it is held against what is on the disk, read without mlv.

Run in an empty directory with mlv on PATH. Each round: some files are added,
removed, changed (at times with size and mtime kept), made executable, replaced
by directories and the other way round; then status, add (of all, or of parts),
checkout of older versions. -j1 and -j8 have to give the same bytes.
"""
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys


def run(*args, ok=True):
    done = subprocess.run(args, capture_output=True)
    if ok and done.returncode:
        sys.exit(f"{args}: {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}")
    return done.stdout.decode(errors="surrogateescape")


def view(top):
    """Every path below top, as a manifest has it: kind, id, size."""
    seen = {}
    for directory, names, files in os.walk(top):
        below = os.path.relpath(directory, top)
        for name in files + [n for n in names if os.path.islink(os.path.join(directory, n))]:
            path = os.path.join(directory, name)
            if os.path.islink(path):
                data, kind = os.readlink(path).encode(), "l"
            else:
                with open(path, "rb") as file:
                    data = file.read()
                kind = "x" if os.stat(path).st_mode & 0o100 else "f"
            key = name if below == "." else f"{below}/{name}"
            seen[key] = (kind, hashlib.sha256(data).hexdigest(), len(data))
        if not names and not files and below != ".":
            seen[below] = ("d", "-", 0)
    return seen


def listed(tree):
    """The same, as mlv keeps it."""
    seen = {}
    for line in run("mlv", "ls-tree", "-z", tree).split("\0"):
        if line:
            kind, oid, size, path = line.split(" ", 3)
            seen[path] = (kind, oid, int(size))
    return seen


def pointer():
    with open("data.mlv") as file:
        lines = file.read().split("\n")
    fields = dict(line.strip(" -").split(": ", 1) for line in lines if ": " in line)
    return fields["tree"], int(fields["size"]), int(fields["nfiles"])


def tell(expected, got, what):
    if expected == got:
        return
    for path in sorted(set(expected) | set(got)):
        if expected.get(path) != got.get(path):
            print(f"{path}: {expected.get(path)} is {got.get(path)}")
    sys.exit(f"{what} (seed {sys.argv[1]})")


class Tree:
    def __init__(self, dice):
        self.dice = dice
        os.mkdir("data")
        for _ in range(dice.choice([5, 60, 900])):
            self.write(self.new_path())

    def new_path(self):
        parts = ["a", "a-b", "a.c", "b", "long name", "z"]
        depth = self.dice.randrange(4)
        return "/".join(["data"] + [self.dice.choice(parts) for _ in range(depth)] +
                        [f"f{self.dice.randrange(3000)}"])

    def write(self, path):
        above = path.rsplit("/", 1)[0]
        while above != "data":
            if os.path.lexists(above) and (os.path.islink(above) or not os.path.isdir(above)):
                os.unlink(above)
            above = above.rsplit("/", 1)[0]
        os.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        if os.path.islink(path):
            os.unlink(path)
        with open(path, "w") as file:
            file.write(str(self.dice.randrange(10 ** self.dice.randrange(1, 9))))

    def files(self):
        return sorted(os.path.join(d, f) for d, _, fs in os.walk("data") for f in fs)

    def keep_time(self, path):
        """Other bytes of the same length, the same mtime."""
        st = os.lstat(path)
        if os.path.islink(path):
            return
        with open(path, "r+") as file:
            file.write("".join(chr(48 + self.dice.randrange(10)) for _ in range(st.st_size)))
        os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))

    def edit(self):
        path = self.dice.choice(self.files() or [self.new_path()])
        what = self.dice.randrange(9) if os.path.lexists(path) else 0
        if what < 3:
            self.write(self.new_path())
        elif what == 3:
            os.unlink(path)
        elif what == 4:
            self.write(path)
        elif what == 5:
            self.keep_time(path)
        elif what == 6 and not os.path.islink(path):
            os.chmod(path, os.stat(path).st_mode ^ 0o111)
        elif what == 7:
            os.unlink(path)
            os.makedirs(path + "/" if self.dice.randrange(2) else path + "/x")
        elif what == 8:
            os.unlink(path)
            os.symlink("to/nowhere", path)


def check_status(was, now):
    said = json.loads(run("mlv", "status", "--granular", "--json"))
    plain = run("mlv", "-j1", "status"), run("mlv", "-j8", "status")
    if plain[0] != plain[1]:
        sys.exit("status differs by -j")
    if (was == now) != ("up to date" in plain[0]):
        sys.exit(f"status says: {plain[0]} (seed {sys.argv[1]})")
    del said




def add(dice, now):
    """All of it, or each part of it that differs is under one of some tops."""
    if dice.randrange(3):
        run("mlv", "-j", dice.choice(["1", "8"]), "add", "-q", "data")
        return
    # A link that is named itself is followed.
    tops = sorted({path.split("/")[0] for path in now if now[path][0] != "l" or "/" in path})
    if tops:
        run("mlv", "add", "-q", *[f"data/{top}" for top in tops[:dice.randrange(1, 4)]])
    run("mlv", "add", "-q", "data")


def main():
    dice = random.Random(int(sys.argv[1]))
    run("git", "init", "-q")
    run("mlv", "init", "-q")
    tree = Tree(dice)
    run("mlv", "add", "-q", "data")
    versions = []
    for _ in range(int(sys.argv[2])):
        was = view("data")
        tell(was, listed(pointer()[0]), "add made another manifest")
        with open("data.mlv") as file:
            versions.append((file.read(), was))
        for _ in range(dice.choice([0, 1, 1, 3, 40])):
            tree.edit()
        now = view("data")
        check_status(was, now)
        add(dice, now)
        tell(now, listed(pointer()[0]), "add made another manifest")
        size = sum(s for kind, _, s in now.values() if kind in "fx")
        count = sum(kind != "d" for kind, _, _ in now.values())
        if pointer()[1:] != (size, count):
            sys.exit(f"pointer says {pointer()[1:]}, there are {(size, count)}")
        check_status(now, now)
        if dice.randrange(2):
            text, wanted = dice.choice(versions)
            with open("data.mlv", "w") as file:
                file.write(text)
            if not dice.randrange(4):
                shutil.rmtree("data")
            run("mlv", "-j", dice.choice(["1", "8"]), "checkout", "-q")
            tell(wanted, view("data"), "checkout made another directory")
            check_status(wanted, wanted)


main()
