#!/usr/bin/env python3
"""random_edits.py SEED ROUNDS: a random tracked directory, edited at random in each
round; what every data command says and makes of it is held against what is on the
disk, read without mlv (edits/plain.py).

Run in an empty directory with mlv on PATH; what is compared lies in ./work, and
clones, what is got and a remote beside it. Each round: some files are added, removed,
changed (at times with size and mtime kept), renamed, made executable, replaced by
directories and the other way round; then add of parts and of all, status, diff, data
status, list, du, cat; some commits are gone back to; and one of push and pull, fetch,
get, gc, move and remove. -j1 and -j8 have to give the same bytes.
"""
import os
import random
import sys

sys.dont_write_bytecode = True
from edits import afar, here  # noqa: E402
from edits.tool import Wrong, mlv, run  # noqa: E402
from edits.tree import Tree  # noqa: E402


class Work:
    """The repository, and what each of its commits held."""

    def __init__(self, dice):
        self.dice = dice
        os.mkdir("work")
        os.chdir("work")
        run("git", "init", "-q", "-b", "main")
        mlv("init", "-q")
        os.mkdir("../store")
        mlv("remote", "add", "-q", "-d", "store", "../store")
        self.tree = Tree(dice)
        mlv("add", "-q", *here.OUTPUTS)
        self.tracked = here.work_tree()
        self.commits, self.head, self.kinds = [], {}, []
        self.commit()

    def commit(self):
        run("git", "add", "-A")
        run("git", "commit", "-q", "--allow-empty", "-m", "data")
        self.head = self.tracked
        self.commits.append((run("git", "rev-parse", "HEAD").decode().strip(), self.head))

    def edit(self):
        """Edits; what they are before and after they are added."""
        for _ in range(self.dice.choice([0, 1, 1, 3, 40])):
            self.tree.edit()
        now = here.work_tree()
        here.status(self.tracked, now)
        here.data_status(self.head, self.tracked, now)
        here.diff(self.head, now)
        here.add(self.dice, self.tracked, now)
        self.tracked = now
        here.status(now, now)
        here.data_status(self.head, now, now)
        here.listing(now)
        here.one_level(now)
        here.cat(self.dice, now)

    def history(self):
        """Two commits beside each other, and one of them here again."""
        (a, was), (b, now) = self.dice.choice(self.commits), self.dice.choice(self.commits)
        here.diff(was, now, a, b)
        here.listing(was, "--rev", a)
        run("git", "checkout", "-q", a, "--", *[os.fsdecode(o) + ".mlv" for o in here.OUTPUTS])
        here.checkout(self.dice, was)
        here.cat(self.dice, was, "--rev", a)
        self.tracked = was

    def beyond(self):
        """What costs more; one each time, each once before any comes again."""
        if not self.kinds:
            self.kinds = ["get", "push", "fetch", "gc", "move"]
            self.dice.shuffle(self.kinds)
        what = self.kinds.pop()
        if what == "get":
            afar.get(self.dice, self.head)
        elif what == "push":
            afar.push(self.dice, self.head)
        elif what == "fetch":
            mlv("push", "-q")
            afar.fetch(self.dice, self.head)
        elif what == "gc":
            self.gc()
        else:
            here.move(self.tracked)

    def gc(self):
        """What it was free to remove is not asked for again."""
        side, scope = self.dice.choice(self.commits), self.dice.choice(["-w", "-a"])
        run("git", "branch", "-f", "side", side[0])
        afar.gc(self.dice, scope, self.tracked, {"main": self.head, "side": side[1]})
        self.commits = ([side] if scope == "-a" else []) + self.commits[-1:]

    def round(self):
        self.edit()
        if self.dice.randrange(2):
            self.history()
        self.commit()
        self.beyond()


def main():
    seed, rounds = sys.argv[1], int(sys.argv[2])
    for who in ("AUTHOR", "COMMITTER"):
        os.environ.setdefault(f"GIT_{who}_NAME", "Ada")
        os.environ.setdefault(f"GIT_{who}_EMAIL", "ada@example.org")
    number = 0
    try:
        work = Work(random.Random(seed))
        for number in range(rounds):
            work.round()
    except Wrong as wrong:
        sys.exit(f"seed {seed}, round {number}: {wrong}")


main()
