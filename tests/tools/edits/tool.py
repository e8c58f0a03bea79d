"""How mlv and git are run, and what they said, in the words of plain.py."""
import base64
import json
import re
import subprocess


class Wrong(Exception):
    """What mlv says is not what is on the disk."""


def run(*args, ok=True, cwd=None):
    done = subprocess.run(args, capture_output=True, cwd=cwd, check=False)
    if ok and done.returncode:
        raise Wrong(f"{args}: exit {done.returncode}\n{(done.stdout + done.stderr).decode(errors='replace')}")
    return done.stdout


def mlv(*args, **more):
    return run("mlv", *args, **more)


def exit_of(*args, cwd=None):
    """The exit status of a command that may fail."""
    return subprocess.run(("mlv",) + args, capture_output=True, cwd=cwd, check=False).returncode


def mlv_json(*args, **more):
    return json.loads(mlv("--json", *args, **more))


def same(expected, got, what):
    """Or else the first differences."""
    if expected == got:
        return
    lines = [what]
    if isinstance(expected, dict):
        for path in sorted(set(expected) | set(got)):
            if expected.get(path) != got.get(path):
                lines.append(f"{path}: {expected.get(path)} is {got.get(path)}")
    elif isinstance(expected, set):
        lines += [f"not told: {sorted(expected - got)[:10]}", f"told: {sorted(got - expected)[:10]}"]
    else:
        lines += [f"{expected!r:.300}", f"{got!r:.300}"]
    raise Wrong("\n".join(lines))


def named(item, name="path"):
    """A path in JSON: its bytes."""
    if name + "_b64" in item:
        return base64.b64decode(item[name + "_b64"])
    return item[name].encode()


def shown(path):
    """A path as text: what is not UTF-8 is told as U+FFFD, one or several."""
    text = path if isinstance(path, str) else path.decode(errors="replace")
    return re.sub("\ufffd+", "\ufffd", text)


def listed(tree):
    """A manifest."""
    seen = {}
    for line in mlv("ls-tree", "-z", tree).split(b"\0"):
        if line:
            kind, oid, size, path = line.split(b" ", 3)
            seen[path] = (kind.decode(), oid.decode(), int(size))
    return seen


def pointer(path):
    """The fields of a pointer."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    return dict(line.strip(" -").split(": ", 1) for line in lines if ": " in line)
