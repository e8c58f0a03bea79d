"""What the commands say of one repository, held against views of it (plain.py)."""
import os

from . import plain
from .plain import files
from .tool import Wrong, listed, mlv, mlv_json, named, pointer, run, same, shown

OUTPUTS = [b"data", b"more/model"]


def whole(parts):
    """One view of all outputs, from one of each."""
    return {output + b"/" + path if path else output: what
            for output, seen in parts.items() for path, what in seen.items()}


def work_tree():
    return whole({output: plain.view(output) for output in OUTPUTS})


def add(dice, was, now):
    """Part after part, then all; each time the manifest is what was before, and the part as it is now."""
    was, now = plain.below(was, b"data"), plain.below(now, b"data")
    for _ in range(dice.choice([0, 0, 1, 3])):
        # A link that is named itself is followed.
        may = plain.parts(now)
        if not may:
            break
        part = dice.choice(may)
        mlv("add", "-q", b"data/" + part)
        was = plain.with_part(was, now, part)
        same(was, listed(pointer("data.mlv")["tree"]), f"add of {part} made another manifest")
    mlv("-j", dice.choice(["1", "8"]), "add", "-q", *OUTPUTS)
    manifest(now)


def manifest(now):
    fields = pointer("data.mlv")
    same(now, listed(fields["tree"]), "add made another manifest")
    size = sum(s for kind, _, s in now.values() if kind in "fxFX")
    count = sum(kind != "d" for kind, _, _ in now.values())
    same((size, count), (int(fields["size"]), int(fields["nfiles"])), "size and nfiles of the pointer")


def status(was, now):
    """was: what the pointers say, now: what is here."""
    plain_text = mlv("-j1", "status"), mlv("-j8", "status")
    same(plain_text[0], plain_text[1], "status differs by -j")
    said = mlv_json("status", "--granular")
    same(was == now, said["clean"], "status: clean")
    told = {}
    for group in ("modified", "deleted"):
        for item in said[group]:
            told.update({named(file): file["state"] for file in item.get("files", [])})
            if not item["dir"]:
                told[named(item)] = group
    expected = {path: "added" if path not in was else "deleted" if path not in now else "modified"
                for path in set(was) | set(now) if was.get(path) != now.get(path)}
    if said["deleted"]:  # all of a directory is one line
        return
    same(expected, told, "status --granular")


def lines_of(was, now):
    """What diff says of two views: with a line for the directory."""
    found = plain.differences(was, now)
    old, new = plain.below(was, b"data"), plain.below(now, b"data")
    if old != new:
        found["modified"].add(b"data/")
    return found


def told_of(said, name):
    return {group: {name(item) for item in said[group]} for group in ("added", "deleted", "modified")}


def diff(was, now, *revisions):
    said = mlv_json("diff", *revisions)
    expected = lines_of(was, now)
    told = told_of(said, named)
    told["renamed"] = {(named(i["path"], "old"), named(i["path"], "new")) for i in said["renamed"]}
    for group, paths in expected.items():
        same(paths, told[group], f"diff {revisions}: {group}")


def data_status(head, tracked, now):
    said = mlv_json("data", "status", "--granular", "--unchanged")
    changed = set()
    for step, was, then in (("committed", head, tracked), ("uncommitted", tracked, now)):
        expected = lines_of(was, then)
        for pair in expected["renamed"]:
            changed |= set(pair)
        for group in ("added", "deleted", "modified"):
            same(sorted(map(shown, expected[group])), sorted(map(shown, said[step][group])),
                 f"data status: {step}, {group}")
            changed |= expected[group]
        told = {(named(item, "old"), named(item, "new")) for item in said[step]["renamed"]}
        same(expected["renamed"], told, f"data status: {step}, renamed")
    unchanged = set(files(tracked)) - changed | ({b"data/"} - changed)
    same(sorted(map(shown, unchanged)), sorted(map(shown, said["unchanged"])), "data status: unchanged")
    same([], said["not_in_cache"], "data status: not in cache")


def listing(now, *revision):
    told = {}
    for item in mlv_json("list", "-R", "--mlv-only", *revision):
        oid = item.get("leaves") or item.get("sha256")
        told[named(item)] = (item["isdir"], item["isexec"], oid or "-", item["size"])
    expected = {path: (kind == "d", kind in "xX", oid, 0 if kind == "l" else size)
                for path, (kind, oid, size) in now.items()}
    same(expected, told, f"list -R {revision}")


def one_level(now):
    """list and du of data: its children, with their sums."""
    here = plain.below(now, b"data")
    sums = {}
    for path, (kind, _, size) in files(here).items():
        name = path.split(b"/")[0]
        total, count = sums.get(name, (0, 0))
        sums[name] = (total + (0 if kind == "l" else size), count + 1)
    told = mlv_json("du", ".", "data")
    empty = {named(item) for item in told["paths"] if item["nfiles"] == 0}
    same(sums, {named(i): (i["size"], i["nfiles"]) for i in told["paths"] if i["nfiles"]}, "du")
    tops = {path.split(b"/")[0] for path in here}
    same(set(), empty - (tops - set(sums)), "du: directories without files")
    total = tuple(map(sum, zip(*sums.values()))) or (0, 0)
    same(total, (told["size"], told["nfiles"]), "du: total")
    tops = {(top, here.get(top, "d")[0] == "d") for top in tops}
    same(tops, {(named(i), i["isdir"]) for i in mlv_json("list", ".", "data")}, "list of one level")


def cat(dice, now, *revision):
    """Some files of those that are here as they are tracked."""
    found = sorted(path for path, what in now.items() if what[0] not in "ld")
    for path in dice.sample(found, min(len(found), 3)):
        data = plain.read(path)
        same(data, mlv("cat", *revision, path), f"cat {path}")
        if data:
            cat_range(dice, data, path, *revision)


def cat_range(dice, data, path, *revision):
    first = dice.randrange(len(data))
    last = first + dice.choice([0, 1, 5000, 3 << 20])
    for text, bytes_ in ((f"{first}-{last}", data[first:last + 1]), (f"{first}-", data[first:]),
                         (f"-{first + 1}", data[-first - 1:])):
        got = mlv("cat", *revision, "--range", text, path)
        same(bytes_, got, f"cat --range {text} {path}")


def checkout(dice, wanted):
    """Make the work tree what the pointers say, from nothing or from what is here."""
    if dice.randrange(3) == 0:
        run("rm", "-rf", "data")
    mlv("-j", dice.choice(["1", "8"]), "checkout", "-q")
    same(wanted, work_tree(), "checkout made something else")
    status(wanted, wanted)


def move(now):
    """There and back; then as if it were tracked no more, and again."""
    mlv("move", "-q", "data", "else where")
    same(plain.below(now, b"data"), plain.view(b"else where"), "move changed something")
    if os.path.lexists("data") or os.path.lexists("data.mlv"):
        raise Wrong("move left something")
    same(True, mlv_json("status")["clean"], "status after move")
    mlv("move", "-q", "else where", "data")
    with open("data.mlv", "rb") as file:
        kept = file.read()
    mlv("remove", "-q", "data")
    same(now, work_tree(), "remove changed data")
    same([b"more/model"], [named(item) for item in mlv_json("list", "-R", "--mlv-only")], "list after remove")
    with open("data.mlv", "wb") as file:
        file.write(kept)
    mlv("add", "-q", "data")
    with open("data.mlv", "rb") as file:
        same(kept, file.read(), "add after remove")
    mlv("remove", "-q", "--outs", "more/model")
    if os.path.lexists("more/model"):
        raise Wrong("remove --outs left the file")
    run("git", "checkout", "-q", "HEAD", "--", "more/model.mlv", "more/.gitignore")
    mlv("checkout", "-q", "more/model")
    same(now, work_tree(), "remove --outs, and back")
