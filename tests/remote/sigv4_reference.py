#!/usr/bin/python3
"""sigv4_reference.py [--botocore] [COUNT [SEED]]: random requests and the signatures that they must have.

Signature Version 4, written from its description and not from remote/sigv4.c; or as botocore computes it. One
request a line: fields in hex, divided by spaces ("-": an empty one), in the order that tests/unit/test_sigv4.c reads.
"""
import hashlib
import hmac
import random
import string
import sys
import time
import urllib.parse


def hashed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def canonical_query(pairs):
    encoded = [(urllib.parse.quote(k, safe="-_.~"), urllib.parse.quote(v, safe="-_.~")) for k, v in pairs]
    return "&".join(f"{k}={v}" for k, v in sorted(encoded))


def canonical_headers(headers):
    merged = {}
    for name, value in headers:
        merged.setdefault(name.lower(), []).append(" ".join(value.split()))
    lines = "".join(f"{name}:{','.join(merged[name])}\n" for name in sorted(merged))
    return lines, ";".join(sorted(merged))


def authorization(access, secret, region, service, method, path, pairs, headers, payload, when):
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(when))
    lines, names = canonical_headers(headers)
    request = "\n".join([method, path, canonical_query(pairs), lines, names, payload])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for step in (stamp[:8], region, service, "aws4_request", text):
        key = hashed(key, step)
    return f"AWS4-HMAC-SHA256 Credential={access}/{scope},SignedHeaders={names},Signature={key.hex()}"


def by_botocore(access, secret, region, service, method, url, headers, when):
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    signer = S3SigV4Auth(Credentials(access, secret), service, region)
    request = AWSRequest(method=method, url=url)
    for name, value in headers:
        request.headers[name] = value
    request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(when))
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(text, request))
    return request.headers["Authorization"].replace(", S", ",S")


def one(rng):
    printable = [c for c in string.printable if c.isprintable()] + ["\u00fc", "\u65e5"]
    word = lambda most, of=printable: "".join(rng.choice(of) for _ in range(rng.randint(0, most)))
    name = lambda: "x-" + "".join(rng.choice(string.ascii_letters + "-") for _ in range(rng.randint(1, 8)))
    access = "AK" + word(18, string.ascii_uppercase + ":/")
    secret = "s" + word(60)
    region, service = rng.choice(["us-east-1", "eu-central-1", "auto"]), rng.choice(["s3", "service"])
    method = rng.choice(["GET", "PUT", "POST", "HEAD", "DELETE"])
    path = "/" + urllib.parse.quote(word(40), safe="/-_.~")
    pairs = [(name()[2:] if rng.random() < .5 else "p" + word(8), word(12)) for _ in range(rng.randint(0, 5))]
    headers = [("Host", "h" + word(20, string.ascii_lowercase) + ".org")]
    headers += [(name(), word(20, [c for c in printable if ord(c) < 127] + [" "] * 30)) for _ in range(rng.randint(0, 5))]
    payload = rng.choice(["UNSIGNED-PAYLOAD", hashlib.sha256(word(9).encode()).hexdigest()])
    when = rng.randint(0, 4000000000)
    sent = list(pairs)
    rng.shuffle(sent)
    query = "&".join(urllib.parse.quote(k, safe="-_.~") + ("" if not v and rng.random() < .5 else "=" + urllib.parse.quote(v, safe="-_.~"))
                     for k, v in sent)
    if BOTOCORE:
        headers += [("X-Amz-Content-SHA256", payload)]
        url = "https://" + headers[0][1] + path + ("?" + query if query else "")
        expected = by_botocore(access, secret, region, service, method, url, headers, when)
    else:
        expected = authorization(access, secret, region, service, method, path, pairs, headers, payload, when)
    fields = [access, secret, region, service, method, path, query, payload, str(when), expected]
    return " ".join(f.encode().hex() or "-" for f in fields + [f"{n}: {v}" for n, v in headers])


def main():
    words = [a for a in sys.argv[1:] if a != "--botocore"]
    count, rng = int(words[0]) if words else 2000, random.Random(words[1] if len(words) > 1 else "1")
    for _ in range(count):
        print(one(rng))


BOTOCORE = "--botocore" in sys.argv
main()
