"""multipart.py: multipart uploads as an object store keeps them, for faulty.py: /multi/BUCKET/KEY.

What the bucket's name begins with is how the store is:
  plain    as it should be; sums that are sent along are checked and listed
  nosums   requests with a checksum are refused with 501
  random   ETags are no MD5s
  gone     the first upload is forgotten once it has two parts
  slow     the first two answers to the completion are 200 with SlowDown, the third breaks off
  wrong    an upload of each key is there already, with a first part of other bytes
  old      the same with right ones, and the upload was begun eight days ago
  stale    the first upload is forgotten at its end, and the key has an object of other bytes
  nofresh  requests with If-None-Match are refused with 501
  says412  these are answered with 412, whether the key is there or not
  conflict the first upload with If-None-Match ends with 409
If-None-Match: * is heeded by all others.
GET of the key "stats" tells how often what was done.
"""
import base64
import hashlib
import re
import threading
import time
import urllib.parse

LOCK = threading.Lock()
BUCKETS = {}
TABLE = []
for b in range(256):
    for _ in range(8):
        b = b >> 1 ^ 0x9a6c9329ac4bc9b5 if b & 1 else b >> 1
    TABLE.append(b)


def crc64(data):
    crc = 2 ** 64 - 1
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    return base64.b64encode((crc ^ 2 ** 64 - 1).to_bytes(8, "big")).decode()


def sha256(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


SUMS = {"SHA256": ("x-amz-checksum-sha256", sha256), "CRC64NVME": ("x-amz-checksum-crc64nvme", crc64)}


class Upload:
    def __init__(self, key, algorithm="", age=0):
        self.key, self.algorithm, self.parts, self.completions = key, algorithm, {}, 0
        self.since = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - age))


class Bucket:
    def __init__(self, name):
        self.name, self.uploads, self.objects, self.counts = name, {}, {}, {}
        self.serial = 0

    def is_(self, way):
        return self.name.startswith(way)

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def begin(self, key, algorithm="", age=0):
        self.serial += 1
        name = "an/id+%d" % self.serial
        self.uploads[name] = Upload(key, algorithm, age)
        return name

    def etag(self, body):
        return '"%s"' % (hashlib.md5(b"other" + body).hexdigest()[:30] + "-1" if self.is_("random")
                         else hashlib.md5(body).hexdigest())


def find(handler):
    path, _, query = handler.path.partition("?")
    _, _, name, *rest = path.split("/", 3)
    with LOCK:
        bucket = BUCKETS.setdefault(name, Bucket(name))
    return bucket, rest[0] if rest else "", dict(urllib.parse.parse_qsl(query, keep_blank_values=True))


def error(handler, status, code):
    handler.answer(status, b"<?xml version='1.0'?><Error><Code>%s</Code></Error>" % code.encode())


def is_met(handler, bucket, key, name=""):
    """Whether the request wants the key not to be there, and is answered because of that."""
    if handler.headers.get("If-None-Match") != "*":
        return False
    if bucket.is_("nofresh"):
        bucket.count("refused")
        error(handler, 501, "NotImplemented")
    elif bucket.is_("conflict") and name.endswith("+1"):
        error(handler, 409, "ConditionalRequestConflict")
    elif key in bucket.objects or bucket.is_("says412"):
        bucket.count("met")
        error(handler, 412, "PreconditionFailed")
    else:
        return False
    return True


def put(handler):
    bucket, key, query = find(handler)
    body = handler.body()
    sums = [name for name in handler.headers if name.lower().startswith("x-amz-checksum-")]
    if bucket.is_("nosums") and sums:
        return error(handler, 501, "NotImplemented")
    for header, make in SUMS.values():
        if header in handler.headers and handler.headers[header] != make(body):
            return error(handler, 400, "BadDigest")
    with LOCK:
        if "uploadId" not in query:
            if is_met(handler, bucket, key):
                return None
            bucket.count("put")
            bucket.objects[key] = body
            return handler.answer(200, headers=[("ETag", bucket.etag(body))])
        upload = bucket.uploads.get(query["uploadId"])
        if upload and bucket.is_("gone") and query["uploadId"].endswith("+1") and len(upload.parts) == 2:
            del bucket.uploads[query["uploadId"]]
            upload = None
        if not upload:
            return error(handler, 404, "NoSuchUpload")
        if upload.algorithm and SUMS[upload.algorithm][0] not in handler.headers:
            return error(handler, 400, "InvalidPart")
        bucket.count("part")
        upload.parts[int(query["partNumber"])] = body
    return handler.answer(200, headers=[("ETag", bucket.etag(body))])


def post(handler):
    bucket, key, query = find(handler)
    body = handler.body()
    algorithm = handler.headers.get("x-amz-checksum-algorithm", "")
    if bucket.is_("nosums") and algorithm:
        return error(handler, 501, "NotImplemented")
    with LOCK:
        if "uploads" in query:
            bucket.count("begin")
            name = bucket.begin(key, algorithm)
            return handler.answer(200, b"<InitiateMultipartUploadResult><UploadId>%s</UploadId>"
                                  b"</InitiateMultipartUploadResult>" % name.encode())
        return complete(handler, bucket, key, query["uploadId"], body.decode())


def complete(handler, bucket, key, name, body):
    upload = bucket.uploads.get(name)
    if not upload:
        return error(handler, 404, "NoSuchUpload")
    if is_met(handler, bucket, key, name):
        return None
    upload.completions += 1
    if bucket.is_("stale") and name.endswith("+1"):
        bucket.objects[key] = b"x" * sum(len(part) for part in upload.parts.values())
        del bucket.uploads[name]
        return error(handler, 404, "NoSuchUpload")
    if bucket.is_("slow") and upload.completions <= 2:
        return error(handler, 200, "SlowDown")
    if bucket.is_("slow") and upload.completions == 3:
        return handler.answer(200, b"   <CompleteMultipartUploadResult><ET")
    said = [(int(n), tag.replace("&quot;", '"')) for n, tag in
            re.findall(r"<PartNumber>(\d+)</PartNumber><ETag>(.*?)</ETag>", body)]
    if said != [(n, bucket.etag(upload.parts[n])) for n in sorted(upload.parts)]:
        return error(handler, 400, "InvalidPart")
    value = b"".join(upload.parts[n] for n in sorted(upload.parts))
    if upload.algorithm == "CRC64NVME" and handler.headers.get("x-amz-checksum-crc64nvme") != crc64(value):
        return error(handler, 400, "BadDigest")
    if upload.algorithm == "SHA256" and re.findall(r"<ChecksumSHA256>(.*?)</ChecksumSHA256>", body) != [
            sha256(upload.parts[n]) for n in sorted(upload.parts)]:
        return error(handler, 400, "InvalidPart")
    bucket.count("complete")
    bucket.objects[key] = value
    del bucket.uploads[name]
    return handler.answer(200, b"<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")


def delete(handler):
    bucket, key, query = find(handler)
    with LOCK:
        bucket.count("abort")
        bucket.uploads.pop(query.get("uploadId"), None)
    return handler.answer(204)


def get(handler):
    bucket, key, query = find(handler)
    with LOCK:
        if key == "stats":
            text = " ".join("%s=%d" % item for item in sorted(bucket.counts.items()))
            return handler.answer(200, text.encode())
        if "uploads" in query:
            return uploads(handler, bucket, query.get("prefix", ""))
        if "uploadId" in query:
            return parts(handler, bucket, query["uploadId"])
        if key not in bucket.objects:
            return error(handler, 404, "NoSuchKey")
        return handler.give(bucket.objects[key])


def before(bucket, key, body):
    """What bucket and key hold of an upload that another program began."""
    upload = bucket.uploads[bucket.begin(key, age=8 * 86400 if bucket.is_("old") else 3600)]
    upload.parts[1] = body


def uploads(handler, bucket, prefix):
    if (bucket.is_("wrong") or bucket.is_("old")) and not bucket.serial:
        before(bucket, "large/ab/" + "cd" * 31, bytes(100000) if bucket.is_("old") else b"x" * 100000)
        before(bucket, "large/not-ours", b"")
    items = "".join("<Upload><Key>%s</Key><UploadId>%s</UploadId><Initiated>%s</Initiated></Upload>" % (
        u.key, name, u.since) for name, u in bucket.uploads.items() if u.key.startswith(prefix))
    return handler.answer(200, ("<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>%s"
                                "</ListMultipartUploadsResult>" % items).encode())


def parts(handler, bucket, name):
    upload = bucket.uploads.get(name)
    if not upload:
        return error(handler, 404, "NoSuchUpload")
    items = ""
    for n, body in sorted(upload.parts.items()):
        make = SUMS.get(upload.algorithm)
        told = "<Checksum%s>%s</Checksum%s>" % (upload.algorithm, make[1](body), upload.algorithm) if make else ""
        items += "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag><Size>%d</Size>%s</Part>" % (
            n, bucket.etag(body).replace('"', "&quot;"), len(body), told)
    algorithm = "<ChecksumAlgorithm>%s</ChecksumAlgorithm>" % upload.algorithm if upload.algorithm else ""
    return handler.answer(200, ("<ListPartsResult><IsTruncated>false</IsTruncated>%s%s</ListPartsResult>" % (
        algorithm, items)).encode())


def head(handler):
    bucket, key, _ = find(handler)
    if key not in bucket.objects:
        return handler.answer(404)
    return handler.answer(200, bucket.objects[key])
