"""Rows of evaluations: a large table by slice and fold, and a metric along many commits."""
import json
import subprocess

import measure
from measure import MLV, run

COMMITS = 1000
SPEC = """evals:
  big:
    predictions: table.csv
    task: binary
    columns: {%slabel: label, score: score, fold: fold}
    positive: "1"
    metrics: [accuracy, f1, auc, fpr, fnr, brier, ece, log_loss]
slices:
- by: region
- by: device
- by: segment
- by: age
  bins: [0, 30, 50, 70, .inf]
"""


def has_pandas():
    return subprocess.run(["/usr/bin/python3", "-c", "import pandas"], capture_output=True).returncode == 0


def same_area(repo):
    """What is compared with computes the same."""
    theirs = subprocess.run(["/usr/bin/python3", str(measure.ROOT / "tests/bench/eval_pandas.py"), "table.csv"],
                            cwd=repo, capture_output=True, text=True, check=True).stdout
    ours = json.loads((repo / "evals/big.json").read_text())["slices"][0]["m"]["auc"]["v"]
    assert abs(float(theirs) - ours) < 1e-9, (theirs, ours)


def bench_table(b):
    rows = b.args.rows
    what = "%d rows x 12 columns, 50 slices, 5 folds, 8 metrics" % rows
    repo = measure.repository(b.work / "eval")
    with open(repo / "table.csv", "wb") as out:
        subprocess.run([measure.build("table", b.work), str(rows)], stdout=out, check=True)
    (repo / "mlv.yaml").write_text(SPEC % "")
    measure.warm(repo / "table.csv")
    measure.Peak.kb = 0
    b.bar("eval: %s / wc -l" % what, lambda: run(MLV, "eval", cwd=repo),
          lambda: run("wc", "-l", "table.csv", cwd=repo), 8, names=("mlv", "wc"), runs=b.args.scale_runs)
    b.memory("eval of %s" % what, 200 + rows * 48 / measure.MIB)
    if has_pandas():
        same_area(repo)
        b.bar("eval: %s / pandas" % what, lambda: run(MLV, "eval", cwd=repo),
              lambda: run("/usr/bin/python3", str(measure.ROOT / "tests/bench/eval_pandas.py"), "table.csv",
                          cwd=repo), 0.1, names=("mlv", "pandas"), runs=b.args.scale_runs)
    (repo / "mlv.yaml").write_text(SPEC % "id: id, ")
    b.bar("eval: the same with ids, which are told apart and digested / wc -l", lambda: run(MLV, "eval", cwd=repo),
          lambda: run("wc", "-l", "table.csv", cwd=repo), None, names=("mlv", "wc"), runs=b.args.scale_runs)
    measure.forget(repo)


def commit_records(repo):
    """A record of the smaller table, and as many commits, each with other numbers in it."""
    run(MLV, "eval", "-q", cwd=repo)
    run("git", "add", "-A", cwd=repo)
    run("git", "commit", "-qm", "0", cwd=repo)
    record = (repo / "evals/big.json").read_text()
    stream = []
    for i in range(1, COMMITS):
        text = record.replace('"v":0.', '"v":0.%d' % (i % 9 + 1)).encode()
        stream.append(b"commit refs/heads/main\nauthor Ada <a@example.org> %d +0000\n"
                      b"committer Ada <a@example.org> %d +0000\ndata 1\n.\n%sM 644 inline evals/big.json\ndata %d\n%s\n"
                      % (1700000000 + i, 1700000000 + i, b"from refs/heads/main^0\n" if i == 1 else b"", len(text),
                         text))
    subprocess.run(["git", "fast-import", "--quiet"], input=b"".join(stream), cwd=repo, env=measure.ENV, check=True)
    run("git", "reset", "-q", "--hard", cwd=repo)


def bench_log(b):
    repo = measure.repository(b.work / "log")
    with open(repo / "table.csv", "wb") as out:
        subprocess.run([measure.build("table", b.work), "20000"], stdout=out, check=True)
    (repo / ".gitignore").write_text("table.csv\n")
    (repo / "mlv.yaml").write_text(SPEC % "")
    commit_records(repo)
    b.bar("metrics log over %d commits / git log -p of the record" % COMMITS,
          lambda: run(MLV, "metrics", "log", "auc", "--all", cwd=repo),
          lambda: run("git", "log", "-p", "--", "evals/big.json", cwd=repo), 3, names=("mlv", "git"))
    measure.forget(repo)


def bench_evaluation(b):
    if b.wanted("eval"):
        bench_table(b)
    if b.wanted("log"):
        bench_log(b)
