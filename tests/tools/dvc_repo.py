#!/usr/bin/env python3
"""Make a repository of DVC by hand, from the forms of its files, in the current directory (a git work tree).

usage: dvc_repo.py [--two] [--pipeline] [--large]

Data: data.csv, an executable tool, the directory images/ and what else the tests ask for. --two: as DVC 2
had it (the old layout, names of texts with LF). --pipeline: dvc.yaml with two stages that ran, dvc.lock and
the run cache. --large: big.bin, of more than 16 MiB.
"""
import hashlib
import json
import os
import pathlib
import sys

TWO = "--two" in sys.argv
CACHE = pathlib.Path(".dvc/cache")


def md5(data):
    return hashlib.md5(data.replace(b"\r\n", b"\n") if TWO else data).hexdigest()


def keep(name, data):
    """Put an object into the cache."""
    place = CACHE / ("" if TWO else "files/md5") / name[:2] / name[2:]
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.write_bytes(data)
        place.chmod(0o444)
    return name


def ignore(path):
    file = path.parent / ".gitignore"
    with file.open("a") as f:
        f.write("/%s\n" % path.name)


def fields(name, size, path, nfiles=None, exe=False, more=""):
    """The lines of an output, in the order of DVC's own."""
    lines = ["- md5: " + name, "  size: %d" % size]
    if nfiles is not None:
        lines.append("  nfiles: %d" % nfiles)
    if exe:
        lines.append("  isexec: true")
    if not TWO:
        lines.append("  hash: md5")
    return "\n".join(lines + ["  path: " + path]) + "\n" + more


def add_file(path, data, exe=False, more="", head="", cached=True):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if exe:
        path.chmod(0o755)
    name = md5(data)
    if cached:
        keep(name, data)
    pathlib.Path(str(path) + ".dvc").write_text(head + "outs:\n" + fields(name, len(data), path.name, exe=exe, more=more))
    ignore(path)
    return name


def dir_list(files):
    entries = [{"md5": md5(data), "relpath": rel} for rel, data in sorted(files.items())]
    text = json.dumps(entries, sort_keys=True).encode()
    return hashlib.md5(text).hexdigest() + ".dir", text


def add_dir(path, files, more="", head=""):
    path = pathlib.Path(path)
    for rel, data in files.items():
        (path / rel).parent.mkdir(parents=True, exist_ok=True)
        (path / rel).write_bytes(data)
        keep(md5(data), data)
    name, text = dir_list(files)
    keep(name, text)
    pathlib.Path(str(path) + ".dvc").write_text(
        head + "outs:\n" + fields(name, sum(map(len, files.values())), path.name, nfiles=len(files), more=more))
    ignore(path)
    return name


def entry(path, data, more=""):
    text = "    - path: %s\n" % path
    if not TWO:
        text += "      hash: md5\n"
    return text + "      md5: %s\n      size: %d\n" % (md5(data), len(data)) + more


def pipeline():
    """Two stages that ran, and what of it DVC keeps."""
    script = b"import sys\n"
    pathlib.Path("prep.py").write_bytes(script)
    pathlib.Path("params.yaml").write_text("train:\n  lr: 0.1\n")
    data = pathlib.Path("data.csv").read_bytes()
    features, model, metrics = data.upper(), b"model of " + data.upper(), b'{"acc":0.9}\n'
    for path, made in (("features.csv", features), ("model.bin", model)):
        pathlib.Path(path).write_bytes(made)
        keep(md5(made), made)
        ignore(pathlib.Path(path))
    pathlib.Path("metrics.json").write_bytes(metrics)
    pathlib.Path("dvc.yaml").write_text("""# how the model is made
stages:
  prepare:
    cmd: tr a-z A-Z <data.csv >features.csv
    deps:
    - data.csv
    - prep.py
    outs:
    - features.csv
  train:
    cmd: (printf 'model of '; cat features.csv) >model.bin && echo '{"acc":0.9}' >metrics.json
    deps:
    - features.csv
    params:
    - train.lr
    outs:
    - model.bin
    metrics:
    - metrics.json:
        cache: false
""")
    prepare = """    cmd: tr a-z A-Z <data.csv >features.csv
    deps:
""" + entry("data.csv", data) + entry("prep.py", script) + "    outs:\n" + entry("features.csv", features)
    train = """    cmd: (printf 'model of '; cat features.csv) >model.bin && echo '{"acc":0.9}'
      >metrics.json
    deps:
""" + entry("features.csv", features) + """    params:
      params.yaml:
        train.lr: 0.1
    outs:
""" + entry("metrics.json", metrics) + entry("model.bin", model)
    pathlib.Path("dvc.lock").write_text("schema: '2.0'\nstages:\n  prepare:\n" + prepare + "  train:\n" + train)
    for text in (prepare, train):
        body = "\n".join(line[4:] for line in text.splitlines()) + "\n"
        key = hashlib.sha256(body.encode()).hexdigest()  # DVC hashes JSON of the same; only its form is read
        place = CACHE / "runs" / key[:2] / key / hashlib.sha256(key.encode()).hexdigest()
        place.parent.mkdir(parents=True)
        place.write_text(body)


def main():
    CACHE.mkdir(parents=True)
    pathlib.Path(".dvc/.gitignore").write_text("/config.local\n/tmp\n/cache\n")
    pathlib.Path(".dvc/config").write_text("""[core]
    analytics = false
    remote = store
    autostage = false
['remote "store"']
    url = ../../store
""")
    pathlib.Path(".dvcignore").write_text("# What DVC leaves out\n*.tmp\n")
    add_file("data.csv", b"id,name\r\n1,ada\r\n" if TWO else b"id,name\n1,ada\n",
             head="# the one that counts\n", more="  desc: people\n  labels: [a, b]\n")
    add_file("sub/tool", b"#!/bin/sh\necho tool\n", exe=True)
    add_dir("images", {"a.png": b"png a", "cats/b.png": b"png b", "cats/ä.png": b"png \xc3\xa4", "empty": b""})
    if "--large" in sys.argv:
        add_file("big.bin", b"0123456789abcdef" * (1 << 20) + b"\r\n")
    if "--pipeline" in sys.argv:
        pipeline()


if __name__ == "__main__":
    main()
