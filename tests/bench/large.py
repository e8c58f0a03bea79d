"""The rows of one large file, and of what starts quickly."""
import json
import os
import shutil
import subprocess

from measure import ENV, MIB, MLV, build, copy, file_system, forget, repository, run, starts, warm


def processor():
    flags = set()
    for line in open("/proc/cpuinfo"):
        if line.startswith("flags"):
            flags = set(line.split())
            break
    return {"avx512": "avx512bw" in flags, "avx2": "avx2" in flags, "sha": "sha_ni" in flags}


def make_data(path, mib):
    """Bytes that do not shrink, with every MiB another."""
    block = os.urandom(MIB)
    with open(path, "wb") as f:
        for n in range(mib):
            f.write(n.to_bytes(8, "little") + block[8:])
        f.flush()
        os.fsync(f.fileno())
    warm(path)


def bench_start(b):
    if b.wanted("start-up"):
        b.bar("start-up: mlv version, /bin/true", lambda: starts(MLV, "version"), lambda: starts("/bin/true"), 3,
              by="difference")


def history(where, commits):
    """A git repository with one metrics file that each commit changes."""
    repository(where)
    stream = []
    for n in range(commits):
        text = json.dumps({"accuracy": n / commits, "folds": [n / commits + k / 100 for k in range(5)],
                           "slice": {"a": {"f1": n / commits}, "b": {"f1": 0.5}}})
        stream.append("commit refs/heads/main\ncommitter Ada <a@example.org> %d +0000\ndata 1\nx\n" % (1700000000 + n))
        if n == 0:
            stream.append("M 644 inline mlv.yaml\ndata 25\nmetrics:\n- metrics.json\n\n\n")
        stream.append("M 644 inline metrics.json\ndata %d\n%s\n" % (len(text), text))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=where, env=ENV, input="".join(stream).encode(), check=True)
    run("git", "reset", "-q", "--hard", cwd=where)


def bench_metrics(b):
    if not b.wanted("metrics diff"):
        return
    where = b.work / "history"
    history(where, 1000)
    head = build("git_head", b.work, "-lgit2")
    os.chdir(where)
    b.bar("metrics diff: 1,000 commits, HEAD~500 and HEAD; opening the repository with libgit2",
          lambda: starts(MLV, "metrics", "diff", "HEAD~500", "HEAD"), lambda: starts(head), 15, by="difference",
          names=("mlv", "git_head"))
    os.chdir("/")


def bench_hash(b, data):
    if not b.wanted("hash"):
        return
    cpu = processor()
    most = None if (os.cpu_count() or 1) < 2 else 0.7 if cpu["sha"] else 0.2 if cpu["avx512"] else None
    b.bar("hash: one file of %d MiB; openssl dgst -sha256" % b.args.size, lambda: run(MLV, "hash", str(data)),
          lambda: run("openssl", "dgst", "-sha256", str(data)), most, names=("mlv", "openssl"))


def bench_add(b, data):
    if not b.wanted("add"):
        return
    repo = repository(b.work / "add")
    os.link(data, repo / "big.bin")

    def before():
        forget(repo / ".mlv/cache", repo / ".mlv/state", repo / "big.bin.mlv", b.work / "copied")

    b.bar("add: %d MiB on %s; cp with sync" % (b.args.size, file_system(repo)),
          lambda: run(MLV, "add", "big.bin", cwd=repo), lambda: copy(data, b.work / "copied"), 1.15, before=before,
          names=("mlv", "cp"))
    forget(repo, b.work / "copied")


def bench_remote(b, data, rows):
    """push, fetch and pull by a directory on the same file system."""
    work = b.work / "remote"
    repo, store, copied = repository(work / "repo"), work / "store", work / "copied"
    os.link(data, repo / "big.bin")
    store.mkdir()
    run(MLV, "add", "big.bin", cwd=repo)
    run(MLV, "remote", "add", "--default", "store", str(store), cwd=repo)
    kind = file_system(repo)

    def before_push():
        forget(store, repo / ".mlv/state", copied)
        store.mkdir()

    def before_pull():
        forget(repo / ".mlv/cache", repo / ".mlv/state", repo / "big.bin", copied)

    def before_fetch():
        forget(repo / ".mlv/cache", repo / ".mlv/state", copied)

    def cp():
        return copy(data, copied)

    def mlv(command):
        return lambda: run(MLV, command, cwd=repo)

    most = 1.2
    if "push" in rows:
        b.bar("push: %d MiB to a directory on %s; cp with sync" % (b.args.size, kind), mlv("push"), cp, most,
              before=before_push, names=("mlv", "cp"))
    before_push()
    run(MLV, "push", cwd=repo)
    if "fetch" in rows:
        b.bar("fetch: %d MiB from a directory on %s; cp with sync" % (b.args.size, kind), mlv("fetch"), cp, most,
              before=before_fetch, names=("mlv", "cp"))
    if "pull" in rows:
        b.bar("pull: %d MiB from a directory on %s; cp with sync" % (b.args.size, kind), mlv("pull"), cp,
              most, before=before_pull, names=("mlv", "cp"))
    forget(work)


def with_reflinks(b, size):
    """add, push, fetch and pull on an xfs image, where blocks can be shared."""
    if not b.wanted("reflink", "xfs"):
        return
    if os.geteuid() or not shutil.which("mkfs.xfs", path=ENV["PATH"]):
        print("reflink: left out, it needs root and mkfs.xfs")
        return
    image, mount = b.work / "xfs.image", b.work / "xfs"
    with open(image, "wb") as f:
        f.truncate((size * 5 + 1024) * MIB)
    mount.mkdir()
    subprocess.run(["mkfs.xfs", "-q", "-m", "reflink=1", str(image)], check=True)
    if subprocess.run(["mount", "-o", "loop", str(image), str(mount)]).returncode:
        print("reflink: left out, the image cannot be mounted")
        return
    try:
        make_data(mount / "data", size)
        repo = repository(mount / "add")
        run("cp", "--reflink=always", str(mount / "data"), str(repo / "big.bin"))
        os.sync()
        warm(repo / "big.bin")
        b.bar("add with reflink: %d MiB on xfs; mlv hash" % size, lambda: run(MLV, "add", "big.bin", cwd=repo),
              lambda: run(MLV, "hash", str(mount / "data")), 1.3,
              before=lambda: forget(repo / ".mlv/cache", repo / ".mlv/state", repo / "big.bin.mlv"),
              names=("mlv add", "mlv hash"))
        forget(repo)
        held, b.work = b.work, mount
        bench_remote(b, mount / "data", ["push", "fetch", "pull"])
        b.work = held
    finally:
        subprocess.run(["umount", str(mount)])


def bench_fsck(b, data):
    repo = repository(b.work / "fsck")
    os.link(data, repo / "big.bin")
    run(MLV, "add", "big.bin", cwd=repo)
    b.bar("fsck: one file of %d MiB; xargs -P2 sha256sum" % b.args.size, lambda: run(MLV, "fsck", cwd=repo),
          lambda: run("sh", "-c", "echo big.bin | xargs -P2 sha256sum", cwd=repo), 0.6, names=("mlv", "sha256sum"))
    forget(repo)


def bench_large(b):
    """All rows of one large file."""
    data = b.work / "data"
    remote = [n for n in ("push", "fetch", "pull") if b.wanted(n)]
    if remote or b.wanted("hash", "add", "fsck"):
        make_data(data, b.args.size)
        bench_hash(b, data)
        bench_add(b, data)
        if remote:
            bench_remote(b, data, remote)
        if b.wanted("fsck"):
            bench_fsck(b, data)
    forget(data)
    with_reflinks(b, b.args.size)
    b.memory("with one large file", 64)
