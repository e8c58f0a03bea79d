"""The rows of many files."""
import os
import shutil

from measure import ENV, MIB, MLV, TooLong, copy, file_system, forget, repository, run

FOLDERS = 100


def make_files(where, count, size, depth):
    """count files of size bytes that do not shrink, each another, below depth levels of 100 folders."""
    block = os.urandom(size)
    made = set()
    for n in range(count):
        folder = where
        for level in range(depth):
            folder = folder / ("%02d" % (n // FOLDERS ** level % FOLDERS))
        if folder not in made:
            folder.mkdir(parents=True, exist_ok=True)
            made.add(folder)
        fd = os.open(folder / ("f%07d.bin" % n), os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(fd, n.to_bytes(8, "little") + block[8:])
        os.close(fd)
    os.sync()


def shell(script, cwd):
    return lambda: run("sh", "-c", script, cwd=cwd)


def sums(cwd):
    return shell("find data -type f -print0 | xargs -0 -P2 sha256sum >/dev/null", cwd)


def stored(repo):
    """The bytes that the cache holds."""
    return sum(p.stat().st_size for p in (repo / ".mlv/cache").rglob("*") if p.is_file())


class Plain:
    """The same tree in git, which knows nothing of mlv."""

    def __init__(self, work, repo):
        self.dir, self.tree = work / "plain.git", repo / "data"
        self.git = ("git", "--git-dir", str(self.dir), "--work-tree", str(self.tree))
        run("git", "init", "-q", "--bare", str(self.dir))
        run("git", "--git-dir", str(self.dir), "config", "core.bare", "false")

    def add(self):
        return run(*self.git, "add", "-A", cwd=self.tree)

    def status(self):
        return run(*self.git, "status", "--porcelain", cwd=self.tree)


def others(b, repo):
    """What stores files otherwise, where it is installed: name, set-up, command, folder to forget, bar."""
    at = b.work / "other"
    tools = [
        ("restic", ["restic init -q -r %s --insecure-no-password" % at],
         "restic backup -q -r %s --insecure-no-password %s" % (at, repo / "data"), 0.2),
        ("dvc", ["git init -q %s" % at, "cd %s && dvc init -q && cp -r %s data" % (at, repo / "data")],
         "cd %s && dvc add -q data" % at, 0.05),
        ("git-lfs", ["git init -q %s" % at, "cd %s && git lfs install --local && git lfs track 'data/**' && "
                     "cp -r %s data" % (at, repo / "data")], "cd %s && git add -A" % at, None),
        ("git-annex", ["git init -q %s" % at, "cd %s && git annex init -q && cp -r %s data" % (at, repo / "data")],
         "cd %s && git annex add -q data" % at, None),
    ]
    return at, [t for t in tools if shutil.which(t[0], path=ENV["PATH"])]


def forget_store(repo):
    forget(repo / ".mlv/cache", repo / ".mlv/state", repo / "data.mlv")


def first_add(b, repo, plain, what):
    def add():
        return run(MLV, "add", "data", cwd=repo)

    b.bar("many add: %s, first time; find | xargs -P2 sha256sum" % what, add, sums(repo), 1.0,
          before=lambda: forget_store(repo), names=("mlv", "sha256sum"), runs=b.args.scale_runs)
    b.bar("many add: %s; git add" % what, add, plain.add, 0.1, before=lambda: forget_store(repo),
          names=("mlv", "git"), runs=1)
    at, tools = others(b, repo)
    for name, setup, command, most in tools:
        for step in setup:
            run("sh", "-c", step)
        b.bar("many add: %s; %s" % (what, name), add, shell(command, b.work), most,
              before=lambda: forget_store(repo), names=("mlv", name), runs=1)
        forget(at)


def nothing_changed(b, repo, plain, name, what):
    for command in ("status", "add", "checkout"):
        words = (command, "data") if command == "add" else (command,)
        b.bar("%s unchanged: %s, %s; git status" % (name, command, what), lambda: run(MLV, *words, cwd=repo),
              plain.status, 0.8, names=("mlv", "git"), runs=b.args.scale_runs)


def first_checkout(b, repo, what):
    tar, out, aside = b.work / "data.tar", b.work / "out", b.work / "aside"
    run("tar", "cf", str(tar), "-C", str(repo), "data")
    out.mkdir()
    aside.mkdir()

    # ext4 looks for long at inodes that were freed just before: nothing is removed between runs.
    def before():
        for path in (repo / "data", out / "data"):
            if path.exists():
                path.rename(aside / str(len(list(aside.iterdir()))))
        os.sync()

    b.bar("many checkout: %s, where nothing is; tar x and sync -f" % what, lambda: run(MLV, "checkout", cwd=repo),
          shell("tar xf ../data.tar && sync -f .", out), 1.2, before=before, names=("mlv", "tar"),
          runs=b.args.scale_runs)
    forget(out, tar, aside)


def bench_many(b):
    rows = ("many add", "many unchanged", "many checkout", "many fsck")
    if not b.wanted(*rows):
        return
    repo = repository(b.work / "many")
    what = "%d x 4 KiB" % b.args.files
    make_files(repo / "data", b.args.files, 4096, 1)
    plain = Plain(b.work, repo)
    if b.wanted("many add"):
        first_add(b, repo, plain, what)
    run(MLV, "add", "data", cwd=repo)
    if b.wanted("many unchanged"):
        plain.add()
        nothing_changed(b, repo, plain, "many", what)
    if b.wanted("many checkout"):
        first_checkout(b, repo, what)
    forget(repo, plain.dir)
    b.memory(what, 200)
    if b.wanted("many fsck"):
        fsck_many(b)


def fsck_many(b):
    """2 GiB in so many objects."""
    repo = repository(b.work / "fsck")
    size = b.args.size * MIB // b.args.files
    make_files(repo / "data", b.args.files, size, 1)
    run(MLV, "add", "data", cwd=repo)
    b.bar("many fsck: %d x %d bytes; find | xargs -P2 sha256sum" % (b.args.files, size),
          lambda: run(MLV, "fsck", cwd=repo), sums(repo), 0.6, names=("mlv", "sha256sum"), runs=b.args.scale_runs)
    forget(repo)
    b.memory("fsck", 200)


def bench_twenty(b):
    """Files that are large enough to be copied one by one."""
    if not b.wanted("twenty"):
        return
    repo, copied, store = repository(b.work / "twenty"), b.work / "copied", b.work / "store"
    kind = file_system(repo)
    make_files(repo / "data", 200, 20 * MIB, 0)
    store.mkdir()
    run(MLV, "remote", "add", "--default", "store", str(store), cwd=repo)

    def against_cp(command, before):
        b.bar("twenty %s: 200 x 20 MiB on %s; cp -r and sync -f" % (command[0], kind),
              lambda: run(MLV, *command, cwd=repo), lambda: copy(b.work / "plain", copied), None, before=before,
              names=("mlv", "cp"), runs=b.args.scale_runs)

    def before_push():
        forget(store, copied)
        store.mkdir()

    run("cp", "-r", str(repo / "data"), str(b.work / "plain"))
    against_cp(("add", "data"), lambda: (forget_store(repo), forget(copied)))
    run(MLV, "add", "data", cwd=repo)
    against_cp(("push",), before_push)
    before_push()
    run(MLV, "push", cwd=repo)
    against_cp(("pull",), lambda: forget(repo / ".mlv/cache", repo / ".mlv/state", repo / "data", copied))
    forget(repo, store, copied, b.work / "plain")
    b.memory("200 x 20 MiB", 64)


def change_one(b, repo, what):
    """One changed file: what is written, and how long it takes beside a status that finds nothing."""
    some = next(p for p in (repo / "data").rglob("*") if p.is_file())
    size = some.stat().st_size
    most = [0]

    def add():
        some.write_bytes(os.urandom(size))
        before = stored(repo)
        took = run(MLV, "add", "data", cwd=repo)
        most[0] = max(most[0], stored(repo) - before - size)
        return took

    b.bar("million change: one of %s, add; mlv status" % what, add, lambda: run(MLV, "status", cwd=repo), 1.2,
          names=("add", "status"), runs=b.args.scale_runs)
    b.value("million change: one of %s, written in the cache beside the file" % what, most[0] / 1024, 256, "KiB")


def bench_million(b):
    if not b.args.million or not b.wanted("million unchanged", "million change"):
        return
    for shape, depth in (("flat", 0), ("nested", 2)):
        repo = repository(b.work / shape)
        what = "%d x 1 KiB %s" % (b.args.million, shape)
        make_files(repo / "data", b.args.million, 1024, depth)
        try:
            run(MLV, "add", "data", cwd=repo)
            if b.wanted("million unchanged"):
                plain = Plain(b.work, repo)
                plain.add()
                nothing_changed(b, repo, plain, "million", what)
                forget(plain.dir)
            if b.wanted("million change"):
                change_one(b, repo, what)
        except TooLong as error:
            b.add({"name": "million: " + what, "verdict": "missed", "why": str(error)}, "    %s: missed" % error)
        forget(repo)
        b.memory(what, 200)
