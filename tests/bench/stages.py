"""The rows of pipelines: many stages, of which none or all run."""
import os

from measure import MLV, build, forget, repository, run, starts


def write_stages(where, count, stage):
    with open(where / "mlv.yaml", "w") as f:
        f.write("stages:\n")
        for n in range(count):
            f.write("  s%04d: %s\n" % (n, stage(n)))


def bench_nothing(b):
    """Ten files lead to ten chains of a hundred stages; all are up to date."""
    if not b.wanted("stages-nothing"):
        return
    where = repository(b.work / "chains")
    for n in range(10):
        (where / ("in%d" % n)).write_text("%d\n" % n)
    write_stages(where, 1000, lambda n: "{cmd: 'echo %d >o%d', deps: [%s], outs: [o%d]}" % (
        n, n, "o%d" % (n - 10) if n >= 10 else "in%d" % n, n))
    run(MLV, "repro", "-q", "-j8", cwd=where, timed=False)
    paths = b.work / "paths"
    paths.write_text("".join("%s/%s\n" % (where, p) for p in ["in%d" % n for n in range(10)] +
                             ["o%d" % n for n in range(1000)]))
    lstats = build("lstats", b.work)
    os.chdir(where)
    for command in (("repro", "-q"), ("status",), ("dag",)):
        b.bar("stages-nothing: mlv %s of 1,000 stages that are up to date; lstat of their files" % " ".join(command),
              lambda c=command: starts(MLV, *c), lambda: starts(lstats, str(paths)), 50, by="difference",
              names=("mlv", "lstats"))
    os.chdir(b.work)
    forget(where)


def bench_sleep(b):
    """What nobody can do faster: eight at a time, each a tenth of a second."""
    if not b.wanted("stages-sleep"):
        return
    where = repository(b.work / "sleep")
    write_stages(where, 200, lambda n: "{cmd: 'sleep 0.1; echo %d >o%d', outs: [o%d]}" % (n, n, n))

    def again():
        forget(where / "mlv.lock", where / ".mlv/cache", where / ".mlv/state", *where.glob("o*"))

    again()
    b.bar("stages-sleep: mlv repro -j8 of 200 stages that sleep 0.1 s; the ideal",
          lambda: run(MLV, "repro", "-q", "-j8", cwd=where), lambda: 200 / 8 * 0.1, 1.3, before=again,
          names=("mlv", "ideal"), runs=b.args.scale_runs)
    forget(where)


def bench_stages(b):
    bench_nothing(b)
    bench_sleep(b)
