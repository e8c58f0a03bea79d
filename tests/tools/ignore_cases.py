#!/usr/bin/python3
"""Random trees with random .mlvignore files, asked of `mlv check-ignore` and of `git check-ignore`.

    ignore_cases.py [--seed N] [--trees N] [--paths N]

In the current directory, which must be empty. Every tree has the same rules
for both, in files of several directories. All answers are compared: the rule
that decides, by file, line and pattern, or that there is none.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys

NAMES = [b"a", b"b", b"ab", b"abc", b"ba", b"c", b"a b", b"a ", b"#x", b"!y", b"*", b"a*b", b"[b]", b"\\c", b"a-b",
         b"A", b"B.c", b"x.tmp", b".h", b"\xc3\xa9", b"\xff", b"a]", b"foo", b"bar", b"foobar", b"a\tb", b"~", b"^", b"1"]
PARTS = [b"*", b"*", b"**", b"***", b"?", b"??", b"[a-c]", b"[!a]", b"[^b-]", b"[]a]", b"[!]a]", b"[a", b"[", b"[]", b"[a-]",
         b"[--a]", b"[[:alpha:]]", b"[[:space:]b]", b"[[:punct:]]", b"[[:foo:]]", b"[[:alpha]", b"[[:]", b"[\\]]", b"[a\\-c]",
         b"[\\a-c]", b"[c-a]", b"[^\\^]", b"\\*", b"\\", b"\\a", b"\\/", b"/", b"**/", b"/**", b"/**/", b" ", b"\\ ", b".", b"a",
         b"b", b"c", b"foo", b"[[:upper:][:digit:]]", b"\xc3", b"[\xc3\xa9]", b"[\x80-\xff]"]


def make_tree(rng):
    """Directories and files, as many bytes of paths as is good for being matched."""
    dirs, files = [b""], []
    for _ in range(rng.randint(4, 14)):
        above = rng.choice(dirs)
        path = above + rng.choice(NAMES)
        if above.count(b"/") < 5 and not os.path.lexists(path):
            os.mkdir(path)
            dirs.append(path + b"/")
    for _ in range(rng.randint(20, 60)):
        path = rng.choice(dirs) + rng.choice(NAMES)
        if not os.path.lexists(path):
            open(path, "wb").close()
            files.append(path)
    return dirs, files


def from_path(rng, path):
    """A pattern near to a path that is there."""
    parts = path.rstrip(b"/").split(b"/")
    parts = parts[rng.randrange(len(parts)):] if rng.random() < 0.5 else parts
    for i, part in enumerate(parts):
        chance = rng.random()
        if chance < 0.2:
            parts[i] = rng.choice([b"*", b"**", b"?" * len(part), part[:1] + b"*", b"*" + part[-1:], b"***"])
        elif chance < 0.3:
            at = rng.randrange(len(part) + 1)
            parts[i] = part[:at] + rng.choice(PARTS) + part[at + rng.randint(0, 1):]
        elif chance < 0.5:
            parts[i] = b"".join(b"\\" + part[j:j + 1] if part[j:j + 1] in b"*?[]\\ !#" else part[j:j + 1]
                                for j in range(len(part)))
    if len(parts) > 1 and rng.random() < 0.3:
        del parts[rng.randrange(len(parts))]
    if rng.random() < 0.3:
        parts.insert(rng.randrange(len(parts) + 1), b"**")
    return b"/".join(parts)


def make_rule(rng, paths):
    chance = rng.random()
    if chance < 0.65:
        rule = from_path(rng, rng.choice(paths))
    elif chance < 0.95:
        rule = b"".join(rng.choice(PARTS + NAMES) for _ in range(rng.randint(1, 5)))
    else:
        rule = rng.choice([b"", b"# text", b"/", b"!", b"//", b"  ", b"!/", b"\\#x", b"\\!y", b"**", b"/*", b"*/", b"!*", b"!**/"])
    if rng.random() < 0.15:
        rule = b"/" + rule
    if rng.random() < 0.15:
        rule += b"/"
    if rng.random() < 0.3:
        rule = b"!" + rule
    return rule + rng.choice([b""] * 12 + [b" ", b"  ", b"\\ ", b"\\  ", b"\\", b"\t", b"\r"])


def write_rules(rng, dirs, paths):
    for i, where in enumerate(dirs):
        if i and rng.random() < 0.6:
            continue
        below = [p[len(where):] for p in paths if p.startswith(where) and p != where]
        rules = [make_rule(rng, below or paths) for _ in range(rng.randint(1, 30 if i == 0 else 8))]
        text = (b"\xef\xbb\xbf" if rng.random() < 0.05 else b"") + b"\n".join(rules) + (b"\n" if rng.random() < 0.9 else b"")
        for name in (b".gitignore", b".mlvignore"):
            with open(where + name, "wb") as file:
                file.write(text)


def ask(command, paths):
    """path -> what was said of it."""
    done = subprocess.run(command, input=b"".join(p + b"\0" for p in paths), stdout=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        sys.exit("%s: exit status %d" % (command[0], done.returncode))
    fields = done.stdout.replace(b".gitignore", b".mlvignore").split(b"\0")[:-1]
    said = {fields[i + 3]: tuple(fields[i:i + 3]) for i in range(0, len(fields), 4)}
    return said, done.returncode


def run_tree(seed, most):
    rng = random.Random(seed)
    dirs, files = make_tree(rng)
    paths = [d for d in dirs if d] + files
    write_rules(rng, dirs, paths)
    asked = [p.rstrip(b"/") for p in paths] + [rng.choice(dirs) + rng.choice(NAMES) for _ in range(most)]
    asked = sorted(set(asked))[:most]
    git, git_status = ask(["git", "check-ignore", "--no-index", "-v", "-n", "-z", "--stdin"], asked)
    mlv, mlv_status = ask(["mlv", "check-ignore", "-d", "-n", "-z", "--stdin"], asked)
    wrong = [p for p in asked if git.get(p) != mlv.get(p)]
    for path in wrong[:3]:
        print("tree %d: %r: git %r, mlv %r" % (seed, path, git.get(path), mlv.get(path)))
    # git takes a path that a rule takes back for one that matches.
    ignored = any(s[0] and not s[2].startswith(b"!") for s in mlv.values())
    if (mlv_status == 0) != ignored:
        print("tree %d: exit status %d" % (seed, mlv_status))
        wrong.append(b"")
    return len(asked), len(wrong), sum(1 for s in git.values() if s[0])


def clear():
    for name in os.listdir(b"."):
        if name not in (b".git", b".mlv"):
            shutil.rmtree(name) if os.path.isdir(name) and not os.path.islink(name) else os.unlink(name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trees", type=int, default=65)
    parser.add_argument("--paths", type=int, default=200)
    args = parser.parse_args()
    asked = wrong = matched = 0
    subprocess.run("git init -q . && mlv init -q", shell=True, check=True)
    clear()
    for seed in range(args.seed, args.seed + args.trees):
        counts = run_tree(seed, args.paths)
        asked, wrong, matched = asked + counts[0], wrong + counts[1], matched + counts[2]
        if counts[1]:
            break
        clear()
    print("%d paths asked, %d wrong" % (asked, wrong))
    if matched < asked // 10:
        sys.exit("only %d of them matched a rule" % matched)
    return wrong != 0


sys.exit(main())
