#!/usr/bin/python3
"""End a push and a pull of one large file half-way, by SIGINT and by SIGKILL: the second run moves at most 60% of it.

usage: resume.py [--bin DIR] [--mib N]

The bytes are counted at the servers: Swift logs what it answered, nginx what it sent. A web server that is pushed
to starts over: HTTP has no way to go on that all servers agree on.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, 'tests/fault'), os.path.join(TOP, 'tests/remote')]
import fixture  # noqa: E402
import kills  # noqa: E402

MIB = 1 << 20
MOST = 0.6
DEADLINE = 60  # seconds until half of it must have gone


def may_be_interrupted():
    """Also where the tests run in the background, which ignores interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Counted(kills.Swift):
    def __init__(self, base):
        self.log = base + '.requests'
        os.environ['REQUESTS'] = self.log
        super().__init__(base)

    def sent(self):
        """Bytes of parts that were answered: [method, path, length, range] a line."""
        with open(self.log) as f:
            lines = [line.split(' ') for line in f]
        return sum(int(length or 0) for method, path, length, _ in lines if method == 'PUT' and '/large/' in path)

    def given(self, size):
        """Bytes that were asked for: all, or from where a range begins."""
        with open(self.log) as f:
            lines = [line.rstrip('\n').split(' ') for line in f]
        return sum(size - int(asked[6:].split('-')[0] or 0) for method, path, _, asked in lines
                   if method == 'GET' and '/large/' in path and not path.endswith('.leaves'))


class Slow(kills.Nginx):
    def given(self, size):
        del size
        with open(os.path.join(self.base, 'access.log')) as f:
            return sum(int(line.rsplit('sent=', 1)[1]) for line in f
                       if line.startswith('GET') and '/large/' in line and '.leaves' not in line)


def part_of(place):
    """Bytes of the file that arrives."""
    tmp = os.path.join(place.cache, 'tmp')
    names = [n for n in os.listdir(tmp) if n.startswith('part-')] if os.path.isdir(tmp) else []
    return max([os.path.getsize(os.path.join(tmp, n)) for n in names] or [0])


def end_at_half(place, command, how, gone, size):
    """Run it, and end it once half has gone."""
    process = subprocess.Popen([place.mlv, command], cwd=place.work, env=place.env, stdin=subprocess.DEVNULL,
                               preexec_fn=may_be_interrupted,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    until = time.monotonic() + DEADLINE
    while process.poll() is None and gone() < size // 2 and time.monotonic() < until:
        time.sleep(0.002)
    if process.poll() is not None:
        return 'it ended by itself: %s' % process.stderr.read().decode()
    process.send_signal(how)
    status = process.wait()
    if status != (-9 if how == signal.SIGKILL else 130):
        return 'it ended with %d' % status
    return None


def report(what, bad, moved, size):
    if not bad and moved > MOST * size:
        bad = 'more than %d%%' % (100 * MOST)
    print('%s - %s: the second run moves %d of %d MiB%s' % ('not ok' if bad else 'ok', what, moved // MIB, size // MIB,
                                                             '; ' + bad if bad else ''), flush=True)
    return bool(bad)


def push(place, server, how, size):
    before = server.sent()
    bad = end_at_half(place, 'push', how, lambda: server.sent() - before, size)
    time.sleep(0.5)  # what was under way when it ended is still taken
    middle = server.sent()
    again = place.run(place.mlv, 'push', check=False)
    bad = bad or (again.stderr.decode() if again.returncode else None)
    return report('push to a bucket, %s' % how.name, bad, server.sent() - middle, size)


def pull(place, server, name, how, size):
    shutil.rmtree(place.cache)
    os.unlink(os.path.join(place.work, 'big.bin'))
    before = server.given(size)
    bad = end_at_half(place, 'fetch', how, lambda: part_of(place), size)
    until = time.monotonic() + DEADLINE
    while (middle := server.given(size)) == before and time.monotonic() < until:
        time.sleep(0.05)  # a web server writes it down once it has seen the end
    again = place.run(place.mlv, 'pull', check=False)
    bad = bad or (again.stderr.decode() if again.returncode else None)
    moved = server.given(size) - middle
    if not bad and place.run('cmp', 'big.bin', os.path.join(place.base, 'kept'), check=False).returncode:
        bad = 'other bytes came'
    return report('pull from %s, %s' % (name, how.name), bad, moved, size)


def scenario(args, base, kind, how):
    """A new server and repository: one large file goes there and back."""
    place = fixture.Place(os.path.join(base, 'p'), os.path.join(args.bin, 'mlv'))
    fixture.begin(place)
    size = args.mib * MIB
    place.write('big.bin', os.urandom(MIB) * args.mib)
    shutil.copy(os.path.join(place.work, 'big.bin'), os.path.join(place.base, 'kept'))
    place.tool('add', 'big.bin')
    server = kind(os.path.join(base, kind.__name__.lower()))
    name = 'a bucket' if kind is Counted else 'a web server'
    try:
        server.set_up(place, 'x')
        if kind is Counted:
            failed = push(place, server, how, size)
        else:
            place.tool('push')
            place.tool('remote', 'modify', 'there', 'url', server.url + '/slow/x')
            failed = False
        return pull(place, server, name, how, size) or failed
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin', default=TOP, help='where mlv lies')
    parser.add_argument('--mib', type=int, default=96)
    args = parser.parse_args()
    args.bin = os.path.abspath(args.bin)
    failed = False
    for kind in (Counted, Slow):
        for how in (signal.SIGINT, signal.SIGKILL):
            with tempfile.TemporaryDirectory() as base:
                try:
                    failed |= scenario(args, base, kind, how)
                except kills.Missing as e:
                    print('ok - interrupted transfers # SKIP %s' % e)
    sys.exit(failed)


if __name__ == '__main__':
    main()
