#!/usr/bin/python3
"""aws.py DIR [ADDRESS:PORT...]: a bucket that enforces rights, and all who give keys to it, on a free loopback port.

Prints "ready URL" and serves until it is killed; it also listens at the addresses given. With TLS=FILE in the
environment (a key and its certificate, for localhost) it speaks https. What is spoken:

  S3         buckets "bucket" and "public" (that anyone may read), in the path or as bucket.s3.localhost; signatures,
             payload hashes, session tokens, regions and rights are checked
  STS        POST /: AssumeRole (signed), AssumeRoleWithWebIdentity (the token WEBTOKEN)
  SSO        GET /federation/credentials, with the token SSOTOKEN
  OIDC       POST /token, as JSON: a new SSOTOKEN for RENEWALn of the client CLIENT with CLIENTSECRET, and RENEWALn+1
  container  GET /container, with the token CONTAINERTOKEN, GET /open without
  instance   PUT /latest/api/token, GET /latest/meta-data/iam/security-credentials/

Each gives new keys at each asking, whose access key names it: ASIAROLE1, ASIAWEB2, ASIASSO3, ASIACONTAINER4,
ASIAINSTANCE5; the secret is "geheim-" and the access key. Fixed ones: AKIAFIXED, with all rights; AKIA-GetObject-PutObject
and the like, with those; the secret is "geheim-" and the access key, too.

DIR/log gets a line for each request: who was asked, what, and by whose keys. DIR/rules, read at each request:
  life SECONDS     keys given from now on last so long (3600)
  ended N          keys given up to the Nth have ended, whatever was said
  uses N           keys that were given are good for N requests of the store
  say WHO STATUS   WHO (sts, sso, oidc, container, instance) answers with this status
  hang WHO         ... or not within 5 s
  old              the instance knows no tokens
  listed KEY       lists have this key, too; percent-encoded
  flood            lists go on for ever, with other keys each time
  wide N           they have so many pages, of one directory
  first            lists are of the first version, with two keys a page
  stuck            the next page of a list is always the same
  region NAME      the bucket's (us-east-1)
  placed NAME      the instance's (it does not say)
  owner NUMBER     the account that the bucket is of
  slow N           the next N requests of the store are answered with SlowDown
  show HEADER      its value is logged, too
  skew SECONDS     the server's clock
  archived PREFIX  objects of the bucket that begin so can be looked at, not read
"""
import hashlib
import hmac
import http.server
import json
import os
import re
import socketserver
import ssl
import sys
import threading
import time
import urllib.parse

DIR = sys.argv[1]
LOCK = threading.Lock()
OBJECTS = {}
UPLOADS = {}
GIVEN = {}  # access key: number, token
RENEWALS = 1  # what the next token of single sign-on is given for
SLOWED = [0]  # answers of SlowDown
USES = {}  # access key: how often it was used
ROLES = "/latest/meta-data/iam/security-credentials/"


def rules():
    found = {"show": [], "listed": []}
    try:
        with open(DIR + "/rules") as file:
            lines = file.read().splitlines()
    except OSError:
        lines = []
    for line in lines:
        name, *words = line.split()
        if name in ("show", "listed"):
            found[name].append(words[0])
        elif name in ("say", "hang"):
            found[name + " " + words[0]] = words[1] if words[1:] else True
        else:
            found[name] = words[0] if words else True
    return found


def iso(when):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))


def give(source):
    """New keys: access key, secret, token, and when they end."""
    with LOCK:
        number = len(GIVEN) + 1
        access = f"ASIA{source}{number}"
        GIVEN[access] = number, "geheim-token-" + access
    return access, "geheim-" + access, "geheim-token-" + access, time.time() + int(rules().get("life", 3600))


class Refused(Exception):
    def __init__(self, status, code, more="", headers=()):
        self.status, self.code, self.more, self.headers = status, code, more, headers


def signature(secret, scope, text):
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def note(self, who, by=""):
        shown = "".join(f" {h}: {self.headers[h]}" for h in self.rules["show"] if h in self.headers)
        with LOCK, open(DIR + "/log", "a") as log:
            log.write(f"{who} {self.command} {self.where.path}{' by ' + by if by else ''}{shown}\n")

    def answer(self, status, body="", headers=(), length=None):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def date_time_string(self, timestamp=None):
        skew = int(self.rules.get("skew", 0)) if hasattr(self, "rules") else 0
        return super().date_time_string((timestamp or time.time()) + skew)

    def serve(self):
        self.rules = rules()
        if self.headers.get("Expect", "").lower() == "100-continue":
            pass  # http.server has answered
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.where = urllib.parse.urlsplit(self.path)
        path = self.where.path
        if path.startswith("/latest/"):
            return self.gives("instance", self.instance)
        if path in ("/container", "/open"):
            return self.gives("container", self.container)
        if path == "/federation/credentials":
            return self.gives("sso", self.sso)
        if path == "/token" and self.command == "POST":
            return self.gives("oidc", self.oidc)
        if path == "/" and self.command == "POST":
            return self.gives("sts", self.sts)
        try:
            return self.store()
        except Refused as why:
            return self.answer(why.status, f"<Error><Code>{why.code}</Code>{why.more}</Error>", why.headers)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = serve

    # Who give keys.

    def gives(self, who, serve):
        self.note(who)
        if "hang " + who in self.rules:
            time.sleep(5)
        if "say " + who in self.rules:
            return self.answer(int(self.rules["say " + who]), "<ErrorResponse><Error><Code>Asked</Code></Error></ErrorResponse>")
        return serve()

    def plain_keys(self, source):
        access, secret, token, end = give(source)
        return self.answer(200, '{"Code": "Success", "AccessKeyId": "%s", "SecretAccessKey": "%s", "Token": "%s", '
                           '"Expiration": "%s"}' % (access, secret, token, iso(end)))

    def instance(self):
        if self.command == "PUT":
            if "old" in self.rules or not self.headers.get("x-aws-ec2-metadata-token-ttl-seconds"):
                return self.answer(404 if "old" in self.rules else 400)
            return self.answer(200, "geheim-instance-token")
        if "old" not in self.rules and self.headers.get("x-aws-ec2-metadata-token") != "geheim-instance-token":
            return self.answer(401)
        if self.where.path == "/latest/meta-data/placement/region" and "placed" in self.rules:
            return self.answer(200, self.rules["placed"])
        if self.where.path == ROLES:
            return self.answer(200, "the role")
        return self.plain_keys("INSTANCE") if self.where.path == ROLES + "the%20role" else self.answer(404)

    def container(self):
        if self.where.path == "/container" and self.headers.get("Authorization") != "CONTAINERTOKEN":
            return self.answer(401, "{}")
        return self.plain_keys("CONTAINER")

    def sso(self):
        query = dict(urllib.parse.parse_qsl(self.where.query))
        if self.headers.get("x-amz-sso_bearer_token") != "SSOTOKEN":
            return self.answer(401, "{}")
        if query != {"role_name": "Reader", "account_id": "123456789012"}:
            return self.answer(403, "{}")
        access, secret, token, end = give("SSO")
        return self.answer(200, '{"roleCredentials": {"accessKeyId": "%s", "secretAccessKey": "%s", '
                           '"sessionToken": "%s", "expiration": %d}}' % (access, secret, token, end * 1000))

    def oidc(self):
        global RENEWALS
        asked = json.loads(self.content)
        with LOCK:
            if asked != {"grantType": "refresh_token", "clientId": "CLIENT", "clientSecret": "CLIENTSECRET",
                         "refreshToken": "RENEWAL%d" % RENEWALS}:
                return self.answer(400, '{"error": "invalid_grant"}')
            RENEWALS += 1
            return self.answer(200, '{"accessToken": "SSOTOKEN", "expiresIn": %d, "refreshToken": "RENEWAL%d", '
                               '"tokenType": "Bearer"}' % (int(self.rules.get("life", 3600)), RENEWALS))

    def sts(self):
        form = dict(urllib.parse.parse_qsl(self.content.decode()))
        action = form.get("Action", "")
        try:
            if action == "AssumeRole":
                by = self.signed_by("sts")
                with LOCK, open(DIR + "/log", "a") as log:
                    log.write("  %s by %s%s\n" % (form["RoleArn"], by, "".join(
                        f" {k}={form[k]}" for k in ("ExternalId", "DurationSeconds") if k in form) +
                        (" " + form["RoleSessionName"] if not form["RoleSessionName"].startswith("mlv-") else "")))
            elif action != "AssumeRoleWithWebIdentity" or form.get("WebIdentityToken") != "WEBTOKEN":
                raise Refused(400, "InvalidIdentityToken")
        except Refused as why:
            return self.answer(why.status, f"<ErrorResponse><Error><Code>{why.code}</Code></Error></ErrorResponse>")
        access, secret, token, end = give("ROLE" if action == "AssumeRole" else "WEB")
        return self.answer(200, f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>'
                           f"<Credentials><AccessKeyId>{access}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
                           f"<SessionToken>{token}</SessionToken><Expiration>{iso(end)}</Expiration></Credentials>"
                           f"</{action}Result></{action}Response>")

    # The bucket.

    def signed_by(self, service):
        """The access key by which the request is well signed."""
        match = re.match(r"AWS4-HMAC-SHA256 Credential=(.+)/(\d{8}/([^/]+)/%s/aws4_request), ?SignedHeaders=([^,]+), ?"
                         r"Signature=([0-9a-f]{64})$" % service, self.headers.get("Authorization", ""))
        if not match:
            raise Refused(403, "AccessDenied")
        access, scope, region, names, given = match.groups()
        if not access.startswith("AKIA") and access not in GIVEN:
            raise Refused(403, "InvalidAccessKeyId")
        headers = "".join(f"{n}:{' '.join(self.headers[n].split())}\n" for n in names.split(";"))
        query = "&".join(sorted(p if "=" in p else p + "=" for p in self.where.query.split("&") if p))
        payload = hashlib.sha256(self.content).hexdigest()
        if self.headers.get("x-amz-content-sha256", payload) != payload:
            raise Refused(400, "XAmzContentSHA256Mismatch")
        request = "\n".join([self.command, self.where.path, query, headers, names, payload])
        text = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], scope, hashlib.sha256(request.encode()).hexdigest()])
        unsigned = [h.lower() for h in self.headers if h.lower().startswith("x-amz-") and h.lower() not in names.split(";")]
        if unsigned or not hmac.compare_digest(signature("geheim-" + access, scope, text), given):
            raise Refused(403, "SignatureDoesNotMatch")
        if service == "s3" and region != self.rules.get("region", "us-east-1"):
            place = self.rules.get("region", "us-east-1")
            raise Refused(400, "AuthorizationHeaderMalformed", f"<Region>{place}</Region>", [("x-amz-bucket-region", place)])
        number, token = GIVEN.get(access, (10 ** 9, None))
        if self.headers.get("x-amz-security-token") != token:
            raise Refused(403, "InvalidToken")
        with LOCK:
            USES[access] = USES.get(access, 0) + (service == "s3")
        if number <= int(self.rules.get("ended", 0)) or (token and USES[access] > int(self.rules.get("uses", 10 ** 9))):
            raise Refused(400, "ExpiredToken")
        return access

    def need(self, right):
        if self.by == "":
            if self.bucket == "public" and right in ("GetObject", "ListBucket"):
                return
        elif not self.by.startswith("AKIA-") or right in self.by.split("-"):
            return
        raise Refused(403, "AccessDenied")

    def store(self):
        host = self.headers.get("Host", "").split(":")[0]
        path = urllib.parse.unquote(self.where.path)
        if host.endswith(".s3.localhost"):
            path = "/" + host[:-len(".s3.localhost")] + path
        _, self.bucket, key = (path + "/").split("/", 2)
        key = key[:-1]
        self.by = self.signed_by("s3") if "Authorization" in self.headers else ""
        self.note("s3", self.by or "nobody")
        if self.headers.get("x-amz-expected-bucket-owner", self.rules.get("owner")) != self.rules.get("owner"):
            raise Refused(403, "AccessDenied")
        with LOCK:
            if SLOWED[0] < int(self.rules.get("slow", 0)):
                SLOWED[0] += 1
                raise Refused(503, "SlowDown")
        if self.bucket not in ("bucket", "public"):
            raise Refused(404, "NoSuchBucket")
        query = dict(urllib.parse.parse_qsl(self.where.query, keep_blank_values=True))
        if key == "":
            return self.list(query)
        if "uploads" in query or "uploadId" in query:
            return self.multipart(self.bucket + "/" + key, query)
        return getattr(self, "object_" + self.command.lower())(self.bucket + "/" + key)

    def object_put(self, name):
        self.need("PutObject")
        if self.headers.get("x-amz-acl") or any(h.lower().startswith("x-amz-grant-") for h in self.headers):
            self.need("PutObjectAcl")
        OBJECTS[name] = self.content
        self.answer(200, headers=[("ETag", '"%s"' % hashlib.md5(self.content).hexdigest())])

    def object_get(self, name):
        self.need("GetObject")
        if name not in OBJECTS:
            self.need("ListBucket")  # else what is not there is not told from what is forbidden
            raise Refused(404, "NoSuchKey")
        if self.command == "GET" and name.startswith(self.bucket + "/" + self.rules.get("archived", "/")):
            raise Refused(403, "InvalidObjectState")
        value, status, headers = OBJECTS[name], 200, [("ETag", '"%s"' % hashlib.md5(OBJECTS[name]).hexdigest())]
        asked = re.match(r"bytes=(\d+)-(\d*)$", self.headers.get("Range", ""))
        if asked:
            first, last = int(asked[1]), min(int(asked[2] or len(value)), len(value) - 1)
            if first > last:
                raise Refused(416, "InvalidRange")
            status = 206
            headers.append(("Content-Range", f"bytes {first}-{last}/{len(value)}"))
            value = value[first:last + 1]
        self.answer(status, value, headers)

    object_head = object_get

    def object_delete(self, name):
        self.need("DeleteObject")
        OBJECTS.pop(name, None)
        self.answer(204)

    def list(self, query):
        self.need("ListBucket")
        prefix = self.bucket + "/" + query.get("prefix", "")
        items = "".join("<Contents><Key>%s</Key><Size>%d</Size></Contents>" %
                        (urllib.parse.quote(n[len(self.bucket) + 1:]), len(OBJECTS[n]))
                        for n in sorted(OBJECTS) if n.startswith(prefix))
        items += "".join(f"<Contents><Key>{key}</Key><Size>5</Size></Contents>" for key in self.rules["listed"])
        more = "<IsTruncated>false</IsTruncated>"
        if "first" in self.rules:
            names = sorted(n[len(self.bucket) + 1:] for n in OBJECTS if n.startswith(prefix))
            after = [n for n in names if n > query.get("marker", "")]
            items = "".join("<Contents><Key>%s</Key><Size>%d</Size></Contents>" %
                            (urllib.parse.quote(n), len(OBJECTS[self.bucket + "/" + n])) for n in after[:2])
            more = f"<IsTruncated>{'true' if after[2:] else 'false'}</IsTruncated>"
        if "flood" in self.rules or "wide" in self.rules:
            page = int(query.get("continuation-token", "0"))
            top, deep = f"{page:06}/" if "flood" in self.rules else f"wide/{page:06}-", ("/" + "x" * 250) * 3
            items = "".join(f"<Contents><Key>{query['prefix']}{top}{n:03}{deep}</Key><Size>5</Size></Contents>"
                            for n in range(1000))
            if page + 1 < int(self.rules.get("wide", 10 ** 9)):
                more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{page + 1}</NextContinuationToken>"
        if "stuck" in self.rules:
            more = "<IsTruncated>true</IsTruncated><NextContinuationToken>0</NextContinuationToken>"
        self.answer(200, f"<ListBucketResult>{items}{more}<EncodingType>url</EncodingType></ListBucketResult>")

    def multipart(self, name, query):
        if self.command == "GET":
            self.need("ListMultipartUploadParts")
            parts = "".join(f'<Part><PartNumber>{n}</PartNumber><ETag>"{hashlib.md5(p).hexdigest()}"</ETag>'
                            f"<Size>{len(p)}</Size></Part>" for n, p in sorted(UPLOADS[query["uploadId"]].items()))
            return self.answer(200, f"<ListPartsResult>{parts}<IsTruncated>false</IsTruncated></ListPartsResult>")
        if self.command == "DELETE":
            self.need("AbortMultipartUpload")
            UPLOADS.pop(query["uploadId"], None)
            return self.answer(204)
        self.need("PutObject")
        if "uploads" in query:
            number = str(len(UPLOADS) + 1)
            UPLOADS[number] = {}
            return self.answer(200, f"<InitiateMultipartUploadResult><UploadId>{number}</UploadId></InitiateMultipartUploadResult>")
        parts = UPLOADS[query["uploadId"]]
        if self.command == "PUT":
            parts[int(query["partNumber"])] = self.content
            return self.answer(200, headers=[("ETag", '"%s"' % hashlib.md5(self.content).hexdigest())])
        OBJECTS[name] = b"".join(parts[n] for n in sorted(parts))
        return self.answer(200, "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>")


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if os.environ.get("SHOW_ERRORS"):
            super().handle_error(request, client_address)


def main():
    server = Server(("127.0.0.1", 0), Handler)
    for place in sys.argv[2:]:
        address, port = place.rsplit(":", 1)
        threading.Thread(target=Server((address, int(port)), Handler).serve_forever, daemon=True).start()
    if "TLS" in os.environ:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.environ["TLS"])
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        print(f"ready https://localhost:{server.server_port}", flush=True)
    else:
        print(f"ready http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


main()
