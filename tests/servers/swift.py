#!/usr/bin/python3
"""swift.py DIR: OpenStack Swift as an S3 server, all of it in this process, on a free loopback port.

The code is Debian's python3-swift: the proxy with s3api and tempauth, and one account, container and
object server behind it. Signatures, payload hashes, clocks, multipart uploads and pages are checked by
it as a production server checks them. Prints "ready URL" and serves until it is killed.

Keys: test:tester with the secret testing (may do all), test:reader with readonly (may do nothing).
Region us-east-1, buckets in the path. DIR needs a file system with user attributes.
MIN_PART in the environment: the least size of a part (5242880). REQUESTS: a file that gets a line for
each answer.
"""
import array
import json
import logging
import os
import signal
import socket
import sys
import time

sys.path.pop(0)  # of this file, which has the name of the package

import eventlet  # noqa: E402
import eventlet.wsgi  # noqa: E402

eventlet.hubs.use_hub("poll")
eventlet.patcher.monkey_patch(all=False, socket=True, select=True, thread=True, time=True)

SERVERS = ("account", "container", "object")
FILTERS = {
    "catch_errors": "",
    "gatekeeper": "",
    "cache": "",
    "listing_formats": "",
    "s3api": "location = us-east-1\nstorage_domain = s3.localhost\nmax_upload_part_num = 10000\n"
             "min_segment_size = " + os.environ.get("MIN_PART", "5242880"),
    "tempauth": "user_test_tester = testing .admin\nuser_test_reader = readonly",
    "bulk": "",
    "copy": "",
    "slo": "max_manifest_segments = 10000\nmax_manifest_size = 16777216",
    "dlo": "",
}


class Cache(dict):
    """What the proxy asks of memcached, in a dictionary."""

    def __bool__(self):
        return True

    def get(self, key, *args, **kwargs):
        value, expires = dict.get(self, key, ("null", 1))
        return json.loads(value) if not expires or expires > time.time() else None

    def set(self, key, value, serialize=True, time=0, **kwargs):
        self[key] = (json.dumps(value), NOW() + time if time else 0)

    def incr(self, key, delta=1, time=0, **kwargs):
        count = max(0, int(self.get(key) or 0) + delta)
        self.set(key, count, time=time)
        return count

    def decr(self, key, delta=1, time=0, **kwargs):
        return self.incr(key, -delta, time)

    def delete(self, key, *args, **kwargs):
        self.pop(key, None)

    def get_multi(self, keys, *args, **kwargs):
        return [self.get(key) for key in keys]

    def set_multi(self, values, *args, **kwargs):
        for key, value in values.items():
            self.set(key, value, time=kwargs.get("time", 0))


NOW = time.time


def cache_factory(conf, **kwargs):
    cache = Cache()

    def make(app):
        def call(env, start_response):
            env["swift.cache"] = cache
            return app(env, start_response)
        return call
    return make


def log_handler(conf, name, log_to_console, log_route, fmt, logger, adapted_logger):
    logger.addHandler(logging.StreamHandler(sys.stderr))


def write(directory, name, text):
    with open(os.path.join(directory, "etc", name), "w") as file:
        file.write(text)


def configure(directory):
    for sub in ("etc", "devices/d1", "cache"):
        os.makedirs(os.path.join(directory, sub), exist_ok=True)
    common = (f"[DEFAULT]\nswift_dir = {directory}/etc\ndevices = {directory}/devices\n"
              f"recon_cache_path = {directory}/cache\nmount_check = false\nfallocate_reserve = 0\n"
              "log_level = ERROR\nlog_address = /nonexistent\nmax_header_size = 8192\n"
              "log_custom_handlers = mlv_swift.log_handler\n")
    write(directory, "swift.conf", "[swift-hash]\nswift_hash_path_prefix = a\n"
          "swift_hash_path_suffix = b\n[storage-policy:0]\nname = p0\ndefault = yes\n")
    for name in SERVERS:
        write(directory, name + "-server.conf", common + "[pipeline:main]\npipeline = s\n[app:s]\n"
              f"use = egg:swift#{name}\ndisk_chunk_size = 262144\nnetwork_chunk_size = 262144\n")
    sections = ""
    for name, options in FILTERS.items():
        source = "paste.filter_factory = mlv_swift:cache_factory" if name == "cache" else f"use = egg:swift#{name}"
        sections += f"[filter:{name}]\n{source}\n{options}\n"
    write(directory, "proxy-server.conf", common + f"[pipeline:main]\npipeline = {' '.join(FILTERS)} proxy-server\n"
          "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n"
          "object_chunk_size = 262144\nclient_chunk_size = 262144\n" + sections)


def make_rings(directory, ports):
    from swift.common import utils
    utils.set_swift_dir(directory + "/etc")
    from swift.common.ring import RingData
    from swift.common.storage_policy import reload_storage_policies
    for name, port in zip(SERVERS, ports):
        device = {"id": 0, "zone": 1, "region": 1, "device": "d1", "ip": "127.0.0.1", "port": port,
                  "replication_ip": "127.0.0.1", "replication_port": port, "weight": 1.0, "meta": ""}
        RingData([array.array("H", [0] * 16)], [device], 28).save(f"{directory}/etc/{name}.ring.gz")
    reload_storage_policies()


def counted(app, path):
    """The same, which writes down what it answered: method, path, bytes that came, range."""
    log = open(path, "a", buffering=1)

    def call(env, start_response):
        answer = app(env, start_response)
        log.write("%s %s %s %s\n" % (env["REQUEST_METHOD"], env["PATH_INFO"], env.get("CONTENT_LENGTH") or 0,
                                     env.get("HTTP_RANGE", "")))
        return answer
    return call


class Silence:
    def write(self, *args):
        pass

    def flush(self):
        pass


def main():
    directory = os.path.abspath(sys.argv[1])
    sys.modules["mlv_swift"] = sys.modules["__main__"]
    configure(directory)
    sockets = [eventlet.listen(("127.0.0.1", 0)) for _ in range(1 + len(SERVERS))]
    for sock in sockets:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ports = [sock.getsockname()[1] for sock in sockets]
    make_rings(directory, ports[1:])
    from swift.common.wsgi import SwiftHttpProtocol, loadapp

    class Protocol(SwiftHttpProtocol):
        def log_request(self, *args):
            pass

    pool = eventlet.GreenPool(4000)
    for sock, name in zip(sockets, ("proxy",) + SERVERS):
        app = loadapp(f"{directory}/etc/{name}-server.conf", global_conf={"log_name": name})
        if name == "proxy" and "REQUESTS" in os.environ:
            app = counted(app, os.environ["REQUESTS"])
        eventlet.spawn(eventlet.wsgi.server, sock, app, log=Silence(), protocol=Protocol,
                       custom_pool=pool, log_output=False, capitalize_response_headers=False)
    signal.signal(signal.SIGTERM, lambda *args: os._exit(0))
    print(f"ready http://127.0.0.1:{ports[0]}", flush=True)
    while True:
        eventlet.sleep(3600)


main()
