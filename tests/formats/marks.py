"""gc/ at a remote, from mlv-formats(5) alone: marks, keeps, and the line of who sweeps."""
import hashlib
import re

from packs import need

KINDS = (b"dpack", b"large", b"leaves", b"node", b"npack", b"object", b"root")


def text(form, marks):
    """marks: {(kind, id): time}."""
    lines = sorted(b"%s %s %d\n" % (kind, oid, when) for (kind, oid), when in marks.items())
    return b"mlv %s 1 %d\n" % (form, len(lines)) + b"".join(lines)


def parse(form, data):
    """The marks of a text, which is refused unless it is just as it would be written."""
    marks = {}
    for line in data.split(b"\n")[1:-1]:
        words = line.split(b" ")
        need(len(words) == 3 and words[0].replace(b"gone-", b"", 1) in KINDS, "no mark: %r" % line)
        need(re.fullmatch(rb"[0-9a-f]{64}", words[1]) and words[2].isdigit(), "no mark: %r" % line)
        marks[words[0], words[1]] = int(words[2])
    need(text(form, marks) == data, "not canonical")
    return marks


def from_spec(spec):
    """KIND:TIME:CONTENT of each mark, separated by ';'."""
    words = [mark.split(":", 2) for mark in spec.split(";") if mark]
    return {(kind.encode(), hashlib.sha256(content.encode()).hexdigest().encode()): int(when)
            for kind, when, content in words}


def sweep(data):
    """Run, beat and seconds."""
    found = re.fullmatch(rb"mlv sweep 1 ([0-9a-f]{64}) (0|[1-9][0-9]*) (0|[1-9][0-9]*)\n", data)
    need(found, "no sweep: %r" % data)
    return found.group(1), int(found.group(2)), int(found.group(3))
