"""What lies on the disk, read without mlv; and what two such views differ in.

A view is a dictionary: path (bytes) to (kind, id, size), as a manifest has it.
"""
import hashlib
import os

LARGE = 16 << 20
LEAF = 1 << 20


def oid(data):
    """The id of a file's bytes: of what is larger than 16 MiB that of its leaf list."""
    if len(data) <= LARGE:
        return hashlib.sha256(data).hexdigest()
    text = f"mlv leaves 1 {len(data)} {LEAF}\n"
    for at in range(0, len(data), LEAF):
        text += hashlib.sha256(data[at:at + LEAF]).hexdigest() + "\n"
    return hashlib.sha256(text.encode()).hexdigest()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def entry(path):
    if os.path.islink(path):
        data, kind = os.readlink(path), "l"
    else:
        data, kind = read(path), "x" if os.stat(path).st_mode & 0o100 else "f"
    return (kind.upper() if len(data) > LARGE else kind), oid(data), len(data)


def view(top):
    """Every path below the directory top, or top itself, under the name b"", if it is a file or empty."""
    if not os.path.lexists(top):
        return {}
    if os.path.islink(top) or not os.path.isdir(top):
        return {b"": entry(top)}
    seen = {}
    for directory, names, files in os.walk(top):
        below = os.path.relpath(directory, top)
        links = [n for n in names if os.path.islink(os.path.join(directory, n))]
        for name in files + links:
            seen[name if below == b"." else below + b"/" + name] = entry(os.path.join(directory, name))
        if not names and not files:
            seen[b"" if below == b"." else below] = ("d", "-", 0)
    return seen


def files(seen):
    return {path: what for path, what in seen.items() if what[0] != "d"}


def below(seen, part):
    """What of a view is part, or lies below it, named from there."""
    found = {path[len(part) + 1:]: what for path, what in seen.items() if path.startswith(part + b"/")}
    return found or ({b"": seen[part]} if part in seen else {})


def within(path, part):
    return path == part or path.startswith(part + b"/")


def part_of(seen, part):
    """What of a view is part, or lies below it, under the same names."""
    return {path: what for path, what in seen.items() if within(path, part)}


def parts(seen):
    """All that is in a view and can be named as a target: what is there and all directories, but no links."""
    return sorted({path[:at] for path, what in seen.items() for at in ends(path)
                   if at < len(path) or what[0] != "l"})


def ends(path):
    """Where a path's components end."""
    return [at for at, byte in enumerate(path) if byte == 0x2F] + [len(path)]


def with_part(old, now, part):
    """A view in which part was brought from old to what it is now."""
    # Gone is also a file where part needs a directory, and a directory that is empty no more.
    merged = {path: what for path, what in old.items() if not (within(path, part) or within(part, path))}
    return {**merged, **part_of(now, part)}


def differences(old, now):
    """added, deleted, modified: sets of paths; renamed: pairs. Empty directories do not count."""
    old, now = files(old), files(now)
    added, deleted = set(now) - set(old), set(old) - set(now)
    modified = {path for path in set(old) & set(now) if old[path] != now[path]}
    renamed = set()
    groups = {}
    for path in sorted(deleted):
        groups.setdefault(same_bytes(old[path]), ([], []))[0].append(path)
    for path in sorted(added):
        groups.setdefault(same_bytes(now[path]), ([], []))[1].append(path)
    for (_, _, size), (gone, come) in groups.items():
        if size:
            renamed |= set(zip(gone, come))
    return {"added": added - {new for _, new in renamed}, "deleted": deleted - {was for was, _ in renamed},
            "modified": modified, "renamed": renamed}


def same_bytes(what):
    """What of an entry says which bytes it has: all but the x bit."""
    return {"x": "f", "X": "F"}.get(what[0], what[0]), what[1], what[2]
