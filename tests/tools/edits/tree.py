"""A random directory, and random edits of it."""
import os
import shutil

import wild_tree

PARTS = [b"a", b"a-b", b"a.c", b"b", b"long name", b"z", b"new\nline", b"caf\xc3\xa9", b"d\xff", b"q\"'"]


class Tree:
    """The directory data, and one file beside it; both are tracked."""

    def __init__(self, dice):
        self.dice = dice
        self.large = dice.randrange(3) == 0  # at times one file is above 16 MiB
        os.mkdir(b"data")
        for _ in range(dice.choice([5, 60, 300])):
            self.write(self.new_path())
        self.model()

    def new_path(self):
        above = [self.dice.choice(PARTS) for _ in range(self.dice.randrange(4))]
        name = b"f%d" % self.dice.randrange(3000)
        if self.dice.randrange(4) == 0:
            name = self.dice.choice(wild_tree.CURIOUS)
        return b"/".join([b"data"] + above + [name])

    def content(self):
        if self.dice.randrange(8) == 0:
            return b""
        return b"%d" % self.dice.randrange(10 ** self.dice.randrange(1, 9))

    def write(self, path):
        above = os.path.dirname(path)
        while above != b"data":
            if os.path.lexists(above) and (os.path.islink(above) or not os.path.isdir(above)):
                os.unlink(above)
            above = os.path.dirname(above)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        if os.path.lexists(path):
            os.unlink(path)
        with open(path, "wb") as file:
            file.write(self.content())

    def write_large(self):
        """Mostly a hole; one leaf or two have something in them."""
        path = b"data/z/large"
        self.write(path)
        with open(path, "r+b") as file:
            file.truncate((16 << 20) + self.dice.randrange(1, 3 << 20))
            file.seek(self.dice.randrange(16 << 20))
            file.write(b"%d" % self.dice.randrange(1 << 30))

    def model(self):
        os.makedirs(b"more", exist_ok=True)
        with open(b"more/model", "wb") as file:
            file.write(self.content())
        os.chmod(b"more/model", self.dice.choice([0o644, 0o755]))

    def files(self):
        return sorted(os.path.join(d, f) for d, _, fs in os.walk(b"data") for f in fs)

    def keep_time(self, path):
        """Other bytes of the same length, the same mtime."""
        st = os.lstat(path)
        digits = min(st.st_size, 9)
        with open(path, "r+b") as file:
            file.write(b"%0*d" % (digits, self.dice.randrange(10 ** digits)) if digits else b"")
        os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))

    def rename(self, path):
        """To another name, of a file or of all its directory."""
        if self.dice.randrange(3) == 0 and os.path.dirname(path) != b"data":
            path = os.path.dirname(path)
        to = path + self.dice.choice([b" moved", b"-", b".0"])
        if not os.path.lexists(to) and len(os.path.basename(to)) < 256:
            os.rename(path, to)

    def swap(self):
        """A directory becomes a file."""
        tops = sorted(d for d, _, _ in os.walk(b"data") if d.count(b"/") > 1)
        if tops:
            path = self.dice.choice(tops)
            shutil.rmtree(path)
            self.write(path)

    def edit(self):
        path = self.dice.choice(self.files() or [self.new_path()])
        what = self.dice.randrange(14) if os.path.lexists(path) else 0
        link = os.path.islink(path)
        if what < 3:
            self.write(self.new_path())
        elif what == 3:
            os.unlink(path)
        elif what == 4:
            self.write(path)
        elif what == 5 and not link:
            self.keep_time(path)
        elif what == 6 and not link:
            os.chmod(path, os.stat(path).st_mode ^ 0o111)
        elif what == 7:
            os.unlink(path)
            os.makedirs(path if self.dice.randrange(2) else path + b"/x")
        elif what == 8:
            os.unlink(path)
            os.symlink(b"to/nowhere", path)
        elif what == 9:
            self.rename(path)
        elif what == 10:
            self.swap()
        elif what == 11:
            self.model()
        elif what == 12 and self.large:
            self.write_large()
        elif what == 13:
            shutil.rmtree(os.path.dirname(path)) if os.path.dirname(path) != b"data" else os.unlink(path)
