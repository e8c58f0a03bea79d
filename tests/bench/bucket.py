"""The rows of a bucket: requests that are counted at the server, and bytes that come."""
import hashlib
import hmac
import os
import shutil
import sys
import time
import urllib.parse

import transfer
from measure import ENV, MIB, MLV, ROOT, TooLong, forget, repository, run
from many import make_files, stored

sys.path.append(str(ROOT / "tests/remote"))
from remotes import Missing, Swift  # noqa: E402

ACCESS, SECRET, REGION = Swift.access, Swift.secret, "us-east-1"


class Server(Swift):
    """OpenStack Swift with its S3 API, and a bucket in it; its answers are counted."""

    def __init__(self, work):
        self.log = work / "requests"
        self.log.touch()
        super().__init__(str(work / "swift"), str(self.log))

    def requests(self):
        with open(self.log) as f:
            return sum(1 for _ in f)


def presigned(url, key):
    """A URL by which anyone may PUT this key: SigV4 in the query."""
    parts = urllib.parse.urlsplit(url)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = "%s/%s/s3/aws4_request" % (stamp[:8], REGION)
    path = "/mlv/" + key
    query = urllib.parse.urlencode(sorted({
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": ACCESS + "/" + scope, "X-Amz-Date": stamp,
        "X-Amz-Expires": "3600", "X-Amz-SignedHeaders": "host"}.items()), quote_via=urllib.parse.quote, safe="")
    request = "\n".join(["PUT", path, query, "host:" + parts.netloc, "", "host", "UNSIGNED-PAYLOAD"])
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    secret = ("AWS4" + SECRET).encode()
    for step in (stamp[:8], REGION, "s3", "aws4_request", text):
        secret = hmac.new(secret, step.encode(), hashlib.sha256).digest()
    return "%s%s?%s&X-Amz-Signature=%s" % (url, path, query, secret.hex())


class Counted:
    """Runs of one command, with the most requests that any of them made."""

    def __init__(self, server, repo, *command):
        self.server, self.repo, self.command, self.most = server, repo, command, 0

    def __call__(self):
        before = self.server.requests()
        took = run(MLV, *self.command, cwd=self.repo)
        self.most = max(self.most, self.server.requests() - before)
        return took


def track(b, server, name, count, size, depth):
    repo = repository(b.work / name)
    make_files(repo / "data", count, size, depth)
    run(MLV, "remote", "add", "--default", "store", "s3://mlv/" + name, cwd=repo)
    run(MLV, "remote", "modify", "store", "endpointurl", server.url, cwd=repo)
    run(MLV, "add", "data", cwd=repo)
    return repo


def there_and_back(b, server):
    """push to an empty place each time, then pull into an empty repository."""
    repo = track(b, server, "s3-many", b.args.files, 4096, 1)
    what, one, turn = "%d x 4 KiB" % b.args.files, b.work / "one", [0]
    with open(one, "wb") as f:
        f.write(os.urandom(MIB) * (b.args.files * 4096 // MIB + 1))
        f.truncate(b.args.files * 4096)

    def curl():
        return run("curl", "-sS", "--fail", "-o", "/dev/null", "-T", str(one), presigned(server.url, "one"))

    def elsewhere():
        turn[0] += 1
        run(MLV, "remote", "modify", "store", "url", "s3://mlv/s3-many-%d" % turn[0], cwd=repo)
        forget(repo / ".mlv/state")

    def afresh():
        forget(repo / ".mlv/cache", repo / ".mlv/state", repo / "data")

    for command, before in (("push", elsewhere), ("pull", afresh)):
        counted = Counted(server, repo, command)
        b.bar("s3 %s: %s; curl -T of one object" % (command, what), counted, curl, 2, before=before,
              names=("mlv", "curl"), runs=b.args.scale_runs)
        b.value("s3 %s: %s, requests" % (command, what), counted.most, 60, "requests")
        if command == "push":
            run(MLV, "push", cwd=repo)
    forget(repo, one)


def out_of_many(b, server):
    repo = track(b, server, "s3-million", b.args.million, 1024, 2)
    what = "%d x 1 KiB" % b.args.million
    run(MLV, "push", cwd=repo)
    counted = Counted(server, repo, "push")
    counted()
    b.value("s3 push of nothing: %s, requests" % what, counted.most, 5, "requests")
    some = sorted(p for p in (repo / "data/00/00").iterdir())[:10]
    forget(repo / ".mlv/cache", repo / ".mlv/state")
    counted = Counted(server, repo, "fetch", *[str(p.relative_to(repo)) for p in some])
    counted()
    b.value("s3 fetch of 10: out of %s, requests" % what, counted.most, 60, "requests")
    b.value("s3 fetch of 10: out of %s, bytes beside the files" % what,
            (stored(repo) - sum(p.stat().st_size for p in some)) / MIB, 8, "MiB")
    forget(repo)


def bench_bucket(b):
    if not b.wanted("s3-twenty", "s3-many", "s3-million"):
        return
    if not shutil.which("curl"):
        print("s3: left out, it needs curl")
        return
    try:
        server = Server(b.work)
    except Missing as error:
        print("s3: left out, %s" % error)
        return
    ENV.update(Server.env)
    try:
        if b.wanted("s3-twenty"):
            transfer.bench_transfer(b, server)
        if b.wanted("s3-many"):
            there_and_back(b, server)
        if b.args.million and b.wanted("s3-million"):
            out_of_many(b, server)
    except TooLong as error:
        b.add({"name": "s3", "verdict": "missed", "why": str(error)}, "    %s: missed" % error)
    finally:
        server.stop()
    b.memory("to and from a bucket", 200)
