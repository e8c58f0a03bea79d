"""The rows of files of 20 MiB to and from a bucket: wall time and processor time, beside other tools."""
import os
import resource
import shutil

from measure import ENV, MIB, MLV, forget, repository, run
from many import make_files

COUNT = 200
# What moves whole files side by side with the fewest requests of each tool.
RCLONE = ("rclone", "copy", "--transfers", "8", "--checkers", "8", "--no-check-dest", "--s3-no-check-bucket",
          "--s3-no-head", "--multi-thread-streams", "0")
AWS = "[default]\ns3 =\n  max_concurrent_requests = 8\n  multipart_threshold = 64MB\n"


def used(*command, cwd=None):
    """Run a command: its seconds, and those of the processor, of it and what it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = run(*command, cwd=cwd)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Rclone:
    name = "rclone copy"

    def __init__(self, b, server):
        from bucket import ACCESS, REGION, SECRET
        self.config = b.work / "rclone.conf"
        self.config.write_text("[s]\ntype = s3\nprovider = Other\nendpoint = %s\naccess_key_id = %s\n"
                               "secret_access_key = %s\nregion = %s\n" % (server.url, ACCESS, SECRET, REGION))

    def push(self, data):
        return used(*RCLONE, "--config", str(self.config), str(data), "s:mlv/rclone")

    def pull(self, to):
        return used(*RCLONE, "--config", str(self.config), "s:mlv/rclone", str(to))


class Aws:
    name = "aws s3 cp"

    def __init__(self, b, server):
        config = b.work / "aws.conf"
        config.write_text(AWS)
        ENV.update(AWS_CONFIG_FILE=str(config), AWS_DEFAULT_REGION="us-east-1")
        self.copy = ("/usr/bin/aws", "--endpoint-url", server.url, "s3", "cp", "--only-show-errors", "--recursive")

    def push(self, data):
        return used(*self.copy, str(data), "s3://mlv/aws")

    def pull(self, to):
        return used(*self.copy, "s3://mlv/aws", str(to))


def compare(b, what, other, ours, theirs, before):
    """Both bars of the same runs."""
    pairs = []
    for _ in range(b.args.scale_runs):
        before()
        first = ours()
        before()
        pairs.append((first, theirs()))
    for at, unit in ((0, "wall time"), (1, "processor time")):
        first, second = iter([p[0][at] for p in pairs]), iter([p[1][at] for p in pairs])
        b.bar("s3-twenty %s: %d x 20 MiB, %s; %s" % (what, COUNT, unit, other), lambda: next(first),
              lambda: next(second), 1, names=("mlv", other.split()[0]), runs=len(pairs))


def bench_transfer(b, server):
    others = [kind(b, server) for kind, there in ((Rclone, shutil.which("rclone")),
                                                  (Aws, os.access("/usr/bin/aws", os.X_OK))) if there]
    if not others:
        print("s3-twenty: left out, it needs rclone or awscli")
        return
    repo, got, turn = repository(b.work / "s3-twenty"), b.work / "got", [0]
    make_files(repo / "data", COUNT, 20 * MIB, 0)
    plain = b.work / "plain"
    run("cp", "-r", str(repo / "data"), str(plain))
    run(MLV, "remote", "add", "--default", "store", "s3://mlv/s3-twenty", cwd=repo)
    run(MLV, "remote", "modify", "store", "endpointurl", server.url, cwd=repo)
    run(MLV, "add", "data", cwd=repo)

    def elsewhere():
        turn[0] += 1
        run(MLV, "remote", "modify", "store", "url", "s3://mlv/s3-twenty-%d" % turn[0], cwd=repo)
        forget(repo / ".mlv/state")

    def afresh():
        forget(repo / ".mlv/cache", repo / ".mlv/state", repo / "data", got)

    for other in others:
        compare(b, "push", other.name, lambda: used(MLV, "push", cwd=repo), lambda: other.push(plain), elsewhere)
    run(MLV, "push", cwd=repo)
    for other in others:
        compare(b, "pull", other.name, lambda: used(MLV, "pull", cwd=repo), lambda: other.pull(got), afresh)
    forget(repo, got, plain)
    b.memory("%d x 20 MiB to and from a bucket, eight at once" % COUNT, 64 + 8 * 16)
