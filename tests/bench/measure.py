"""How a row of the bench is measured: commands run to their end, in turns with a reference."""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MLV = str(ROOT / "mlv")
MIB = 1 << 20
ENV = {"PATH": "%s:/usr/bin:/bin:/usr/sbin:/sbin" % ROOT, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
       "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@example.org",
       "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "a@example.org"}


class TooLong(Exception):
    pass


class Peak:
    """The most memory, in kB, that a run of mlv took since this was last reset."""
    kb = 0
    program = None  # peak.c, built
    file = None

    @classmethod
    def build(cls, work):
        cls.program, cls.file = build("peak", work), work / "peak.kb"

    @classmethod
    def take(cls):
        cls.kb = max(cls.kb, int(cls.file.read_text()))


LIMIT = [1800]  # seconds that a command may take


def build(name, work, *libraries):
    """Compile a program of this folder."""
    made = str(work / name)
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-o", made, str(ROOT / "tests/bench" / (name + ".c")),
                    *libraries], check=True)
    return made


def run(*command, cwd=None, timed=True):
    """Run a command to its end; its seconds."""
    measured = timed and command[0] == MLV
    start = time.perf_counter()
    process = subprocess.Popen([Peak.program, str(Peak.file), *command] if measured else command, cwd=cwd, env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, start_new_session=True)
    stopped = []

    def stop():
        stopped.append(True)
        os.killpg(process.pid, 9)

    timer = threading.Timer(LIMIT[0], stop)
    timer.start()
    try:
        errors = process.stderr.read()
        process.wait()
        took = time.perf_counter() - start
    finally:
        timer.cancel()
        if process.poll() is None:
            stop()
    if stopped:
        raise TooLong("%s: stopped after %d s" % (" ".join(command), LIMIT[0]))
    if process.returncode:
        sys.exit("%s: exit status %d\n%s" % (" ".join(command), process.returncode, errors.decode()))
    if measured:
        Peak.take()
    return took


def starts(*command, cwd=None, count=20):
    """Seconds of one start, the mean of several."""
    for _ in range(2):
        run(*command, cwd=cwd)
    begin = time.perf_counter()
    for _ in range(count):
        pid = os.posix_spawn(command[0], command, ENV, file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
        if os.waitpid(pid, 0)[1]:
            sys.exit("%s failed" % " ".join(command))
    return (time.perf_counter() - begin) / count


def forget(*paths):
    """Remove, and let the disk come to rest: nobody is to wait for what another wrote."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            subprocess.run(["chmod", "-R", "u+w", str(path)], check=True)
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    os.sync()


def warm(path):
    with open(path, "rb") as f:
        while f.read(8 * MIB):
            pass


def copy(source, to):
    """cp, of all bytes, and sync of the copy."""
    return run("sh", "-c", 'cp -r --reflink=never "$1" "$2" && if [ -d "$2" ]; then sync -f "$2"; else sync "$2"; fi',
               "sh", str(source), str(to))


def repository(where):
    where.mkdir(parents=True)
    run("git", "init", "-q", "-b", "main", ".", cwd=where)
    run(MLV, "init", "-q", cwd=where, timed=False)
    return where


def file_system(path):
    return subprocess.run(["df", "--output=fstype", str(path)], capture_output=True, text=True).stdout.split()[-1]


class Bench:
    def __init__(self, work, args):
        self.work, self.args, self.bars, self.missed = work, args, [], 0

    def wanted(self, *names):
        """Whether any of these rows was asked for, by the beginning of its name."""
        return not self.args.names or any(name.startswith(n) for n in self.args.names for name in names)

    def bar(self, name, a, b, most, by="ratio", before=lambda: None, names=("mlv", "reference"), runs=None):
        """Alternate a() and b(), which return seconds; most None: no bar, only figures."""
        runs = runs or self.args.runs
        pairs = []
        try:
            for _ in range(runs):
                before()
                first = a()
                before()
                pairs.append((first, b()))
        except TooLong as error:
            self.add({"name": name, "by": by, "bar": most, "verdict": "missed", "why": str(error)},
                     "    %s: missed" % error)
            return
        scale, unit = (1000, "ms") if max(p[1] for p in pairs) < 0.5 else (1, "s")
        measure = [p[0] / p[1] if by == "ratio" else (p[0] - p[1]) * 1000 for p in pairs]
        result = {"name": name, "by": by, "bar": most, "unit": unit, "runs": runs}
        for key, values in (("a", [p[0] * scale for p in pairs]), ("b", [p[1] * scale for p in pairs]), (by, measure)):
            q = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
            result[key] = {"q1": round(q[0], 4), "median": round(q[1], 4), "q3": round(q[2], 4)}
        self.tell(result, names, "" if by == "ratio" else " ms")

    def add(self, result, text):
        self.missed += result["verdict"] == "missed"
        self.bars.append(result)
        print("%s\n%s" % (result["name"], text), flush=True)

    def tell(self, result, names, unit):
        most, measure = result["bar"], result[result["by"]]
        result["verdict"] = "no bar" if most is None else "missed" if measure["q1"] > most else "met"
        show = "{median:.3f} [{q1:.3f} .. {q3:.3f}]".format
        self.add(result, "    %-10s %s %s\n    %-10s %s %s\n    %-10s %s%s, bar %s: %s" % (
            names[0], show(**result["a"]), result["unit"], names[1], show(**result["b"]),
            result["unit"], result["by"], show(**measure), unit,
            "none" if most is None else "%g%s" % (most, unit), result["verdict"]))

    def value(self, name, value, most, unit):
        verdict = "missed" if value > most else "met"
        self.add({"name": name, "value": value, "bar": most, "unit": unit, "verdict": verdict},
                 "    %.1f %s, bar %g: %s" % (value, unit, most, verdict))

    def memory(self, of, most):
        """The peak of the runs since the last time."""
        if Peak.kb:
            self.value("memory: the most that a run of mlv took, %s" % of, Peak.kb / 1024, most, "MiB")
        Peak.kb = 0
