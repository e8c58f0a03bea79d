#!/usr/bin/python3
"""Kill pushes to a web server (nginx), a server of SSH and a store of objects (Swift), at a call or at a moment,
or let an allocation fail, of mlv's or of a library's; look at what the server then has; push again.

usage: kills.py [--bin DIR] [--points N] [--seed S]

--points is the number of them for each scenario: at one of the calls that tests/fault/inject.c meets (files and
sockets), at one of the allocations, at a moment of the time that a whole push takes, in turn.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'tests/fault'))
import fixture  # noqa: E402
import state  # noqa: E402
from remotes import Missing, Nginx, Sshd, Swift  # noqa: E402

HONEST = {0, 5, 7, 75}  # what a push that an allocation failed may end with; 7: a module could not be loaded


def make_small(p):
    fixture.tracked(p)
    p.write('big.bin', os.urandom(1 << 16) * 256 + b'tail!')
    p.tool('add', 'big.bin')


def make_parts(p):
    """What is sent in several parts."""
    fixture.begin(p)
    p.write('big.bin', os.urandom(1 << 16) * (66 << 4) + b'tail!')
    p.tool('add', 'big.bin')


class Scenario:
    def __init__(self, base, server, make, args, library):
        self.server, self.library, self.name = server, library, type(server).__name__.lower() + ' ' + make.__name__[5:]
        self.fresh, self.count = os.path.join(base, 'fresh'), 0
        self.place = fixture.Place(os.path.join(base, 'p'), os.path.join(args.bin, 'mlv'))
        self.chance = random.Random('%s %s' % (args.seed, self.name))
        make(self.place)
        server.set_up(self.place, 'x')
        shutil.copytree(self.place.base, self.fresh, symlinks=True)

    def begin(self):
        """The same repository, its remote empty."""
        shutil.rmtree(self.place.base)
        shutil.copytree(self.fresh, self.place.base, symlinks=True)
        self.count += 1
        name = '%s-%d' % (self.name.replace(' ', '-'), self.count)
        url = self.place.tool('config', 'remote.there.url').stdout.decode().strip()
        self.place.tool('remote', 'modify', 'there', 'url', url.rsplit('/', 1)[0] + '/' + name)
        return name

    def problems(self, name, whole):
        with tempfile.TemporaryDirectory() as base:
            to = os.path.join(base, 'store')
            self.server.fetch(name, to)
            bad, good = state.check_store(to)
            bad += state.check_roots(to, good)
            if whole:
                bad += state.check_pointers(self.place.work, to, good)
            return bad

    def measure(self):
        """How many calls, allocations and seconds a push takes."""
        name, counter = self.begin(), os.path.join(self.place.base, 'count')
        begin = time.monotonic()
        self.place.tool('push', extra={'MLV_INJECT': 'count:' + counter, 'LD_PRELOAD': self.library})
        took = time.monotonic() - begin
        bad = self.problems(name, True)
        if bad:
            raise RuntimeError('; '.join(bad))
        with open(counter) as f:
            return list(map(int, f.read().split())), took

    def killed(self, point, totals, took):
        """What was done, in words, and what was wrong with how it ended."""
        jobs = self.chance.choice('14')
        if point % 3 < 2:
            mode, unit = (('kill', 'call'), ('oom', 'allocation'))[point % 3]
            n = self.chance.randrange(1, totals[point % 3] + 1)
            done = self.place.run(self.place.mlv, '-j', jobs, 'push', check=False,
                                  extra={'MLV_INJECT': '%s:%d' % (mode, n), 'LD_PRELOAD': self.library})
            honest = mode == 'kill' or done.returncode in HONEST
            return '%s %d of %d' % (unit, n, totals[point % 3]), [] if honest else [
                'exit status %d: %s' % (done.returncode, done.stderr.decode(errors='replace').strip())]
        after = self.chance.random() * took
        process = subprocess.Popen([self.place.mlv, '-j', jobs, 'push'], cwd=self.place.work, env=self.place.env,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(after)
        process.kill()
        process.wait()
        return 'second %.3f of %.3f' % (after, took), []

    def run(self, points):
        totals, took = self.measure()
        failed = False
        for point in range(points):
            name = self.begin()
            what, bad = self.killed(point, totals, took)
            bad += self.problems(name, False)
            again = self.place.tool('push', check=False)
            if again.returncode:
                bad.append('the second push fails: ' + again.stderr.decode(errors='replace').strip())
            bad += self.problems(name, True)
            failed |= bool(bad)
            print('%s - push to %s, ended at %s%s' % ('not ok' if bad else 'ok', self.name, what,
                                                       ''.join('; ' + b for b in bad[:4])), flush=True)
        return failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--points', type=int, default=8)
    parser.add_argument('--seed', default=os.environ.get('MLV_TEST_SEED', time.strftime('%Y-%m')))
    parser.add_argument('--bin', default=TOP, help='where mlv lies')
    args = parser.parse_args()
    args.bin = os.path.abspath(args.bin)
    failed = False
    with tempfile.TemporaryDirectory() as base:
        library = os.path.join(base, 'inject.so')
        subprocess.check_call(['cc', '-O1', '-shared', '-fPIC', '-o', library,
                               os.path.join(TOP, 'tests/fault/inject.c'), '-ldl'])
        small, parts = (make_small, args.points), (make_parts, args.points // 3)
        for kind, scenarios in (Nginx, (small,)), (Sshd, (small,)), (Swift, (small, parts)):
            try:
                server = kind(os.path.join(base, kind.__name__))
            except Missing as e:
                print('ok - killed pushes # SKIP %s' % e)
                continue
            try:
                for number, (make, points) in enumerate(scenarios):
                    folder = os.path.join(base, '%s-%d' % (kind.__name__, number))
                    os.makedirs(folder)
                    failed |= Scenario(folder, server, make, args, library).run(points)
            finally:
                server.stop()
    sys.exit(failed)


if __name__ == '__main__':
    main()
