"""Other repositories: get, push, clones that pull and fetch; and what gc leaves."""
import os
import shutil

from . import plain
from .here import work_tree
from .tool import exit_of, mlv, mlv_json, pointer, run, same, shown


def choose(dice, seen):
    """data or a part of it."""
    return dice.choice([part for part in plain.parts(seen) if plain.within(part, b"data")] or [b"data"])


def get(dice, head):
    """A part of the last commit, from the repository by its path."""
    part = choose(dice, head)
    mlv("get", "-q", "-o", "../got", ".", part)
    same(plain.below(head, part), plain.view(b"../got"), f"get {part}")
    run("rm", "-rf", "../got")


def clone(name):
    run("git", "clone", "-q", ".", f"../{name}")
    mlv("remote", "trust", "-q", "store", cwd=f"../{name}")
    return f"../{name}"


def view_of(top):
    above = os.getcwd()
    os.chdir(top)
    try:
        return work_tree()
    finally:
        os.chdir(above)


def push(dice, head):
    """To the remote; a fresh clone pulls all, or the part of it that it names, and no more."""
    mlv("-j", dice.choice(["1", "8"]), "push", "-q")
    top = clone("fresh")
    part = choose(dice, head)
    mlv("pull", "-q", part, cwd=top)
    same(plain.part_of(head, part), view_of(top), f"pull {part}")
    mlv("pull", "-q", cwd=top)
    same(head, view_of(top), "pull in a fresh clone")
    mlv("fsck", "-q", cwd=top)
    run("rm", "-rf", top)


def fetch(dice, head):
    """One part: all of that is there then, and nothing else."""
    top = clone("part")
    part = choose(dice, head)
    mlv("fetch", "-q", part, cwd=top)
    has = {plain.same_bytes(what)[:2] for path, what in head.items() if plain.within(path, part)}
    lacks = {path for path, what in plain.files(head).items() if plain.same_bytes(what)[:2] not in has}
    told = set(mlv_json("data", "status", "--granular", cwd=top)["not_in_cache"]) - {"data/"}
    if exit_of("ls-tree", pointer("data.mlv")["tree"], cwd=top):
        # Of a manifest that is not all there not all can be named.
        same(set(), set(map(shown, told)) - set(map(shown, lacks)), f"not in cache after fetch {part}")
    else:
        same(set(map(shown, lacks)), set(map(shown, told)), f"not in cache after fetch {part}")
    shutil.move("../store", "../store away")
    for path in dice.sample(sorted(lacks), min(len(lacks), 2)):
        same(5, exit_of("cat", path, cwd=top), f"cat {path} that was not fetched, without a remote")
    mlv("checkout", "-q", part, cwd=top)
    shutil.move("../store away", "../store")
    same(plain.part_of(head, part), view_of(top), f"fetch and checkout {part}")
    run("rm", "-rf", top)


def gc(dice, scope, now, branches):
    """branches: what each holds. Afterwards the cache is whole and has all that was to be kept."""
    mlv("gc", "-q", scope, "-f", "--grace", "0s")
    mlv("fsck", "-q")
    run("rm", "-rf", "data", "more/model")
    mlv("checkout", "-q")
    same(now, work_tree(), f"checkout after gc {scope}")
    if scope == "-a":
        mlv("fsck", "-q", "-a")
        for branch, seen in branches.items():
            path = dice.choice(sorted(path for path, what in seen.items() if what[0] not in "ld"))
            got = mlv("cat", "--rev", branch, path)
            same(seen[path][1], plain.oid(got), f"{path} of {branch} after gc -a")
