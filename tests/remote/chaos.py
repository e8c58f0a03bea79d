#!/usr/bin/python3
"""Push to real servers, and pull from them, through a proxy that goes wrong (tests/servers/chaos.py).

usage: chaos.py [--bin DIR] [--runs N] [--seed S] [--only N,N...] [-v]

First each fault alone, as often as SINGLE says, then mixes of them that follow from the seed, --runs in all. In each
run a repository is pushed under faults and again without, and a clone of it is pulled under faults and again without.
What must hold:
  - each command ends in time and within its memory, with a status of the table; a failure names the remote;
  - what is in the caches, and at the remote, is what its name says; no pointer and no root names what is not there;
  - exit 0 means that all of it is there; no file of a work tree holds other bytes than were pushed;
  - faults that pass are survived; without faults all ends well; no credential goes to another server.
"""
import argparse
import concurrent.futures
import http.server
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, 'tests', part) for part in ('fault', 'servers', 'remote')]
import chaos  # noqa: E402
import fixture  # noqa: E402
import state  # noqa: E402
from remotes import Missing, Nginx, Swift  # noqa: E402

HONEST = {0, 3, 4, 5}
SECONDS = 90  # for one command
MEMORY = 64 << 20
WORKERS = 6
SLOW = ('stall', 'drip')  # they take seconds each
FIRST = 6  # rules of PASSING that are always tried

# Faults that pass: (rule, servers). A command survives them. Those that it did not survive once stand first.
PASSING = [
    ('error_200 methods=PUT times=1', 'both'),
    ('cut_head times=2', 'both'),
    ('cut_unsaid methods=GET times=1', 'both'),
    ('twice times=2', 'both'),
    ('junk times=2', 'both'),
    ('flip_down methods=GET times=1', 'both'),
    ('flip_field=content-range times=1', 'both'),
    ('long methods=GET times=2', 'both'),
    ('short methods=GET times=1', 'both'),
    ('range_unsaid methods=GET times=1', 'both'),
    ('reset times=2', 'both'),
    ('reset_within methods=PUT times=2', 'both'),
    ('lost times=1', 'both'),
    ('reset_head times=2', 'both'),
    ('reset_body times=2', 'both'),
    ('cut_body times=2', 'both'),
    ('close_after', 'both'),
    ('reset_after', 'both'),
    ('late share=0.3', 'both'),
    ('stall times=1 share=0.3', 'both'),
    ('stall_head times=1 share=0.3', 'both'),
    ('stall_body times=1 share=0.3', 'both'),
    ('drip_head times=1 share=0.2', 'both'),
    ('drip_body methods=GET times=1 share=0.2', 'both'),
    ('status=503,SlowDown times=3', 'both'),
    ('status=503,,1 times=3', 'both'),
    ('status=500,InternalError times=3', 'both'),
    ('status=429,TooManyRequests,2 times=3', 'both'),
    ('status=502 times=3', 'both'),
    ('status=504 times=3', 'both'),
    ('status=400,RequestTimeout methods=GET,PUT times=2', 's3'),
    ('status=409,OperationAborted methods=GET,PUT times=2', 's3'),
    ('error_200=SlowDown methods=GET where=list-type times=2', 's3'),
    ('flip_up times=1', 's3'),
    ('flip_field=etag', 'both'),
    ('flip_field=last-modified', 'both'),
    ('more methods=GET times=1', 'both'),
    ('range_ignored methods=GET', 'both'),
    ('range_refused methods=GET', 'both'),
    ('range_other methods=GET times=1', 'both'),
    ('list_less where=list-type', 's3'),
    ('list_hostile where=list-type', 's3'),
    ('redirect={self}{path} times=1', 'http'),
]

# Faults that stay: (rule, servers, what the message of the push or of the pull says).
STAYING = [
    ('reset', 'both', ''),
    ('lost methods=PUT,MOVE', 'both', ''),
    ('cut_body', 'both', ''),
    ('junk', 'both', ''),
    ('stall', 'both', ''),
    ('stall_body', 'both', ''),
    ('drip_head', 'both', ''),
    ('drip_body methods=GET', 'both', ''),
    ('status=503,SlowDown', 'both', '503|SlowDown'),
    ('status=500', 'both', '500'),
    ('status=403,AccessDenied', 'both', 'not allowed|denied'),
    ('status=507', 'both', 'full|507'),
    ('error_200', 'both', ''),
    ('page', 'both', ''),
    ('page methods=HEAD', 'both', ''),
    ('stale', 'both', ''),
    ('redirect={self}{path}', 'both', 'redirect'),
    ('redirect={other}/x', 'both', ''),
    ('redirect=file:///etc/passwd', 'both', 'redirect|file'),
    ('redirect=https://127.0.0.1:1/', 'both', ''),
    ('redirect=', 'both', 'redirect'),
    ('redirect=http://[', 'both', ''),
    ('flip_up', 's3', ''),
    ('flip_down methods=GET', 'both', ''),
    ('flip_field=content-length', 'both', ''),
    ('flip_field=content-range', 'both', ''),
    ('short', 'both', ''),
    ('long', 'both', ''),
    ('more methods=GET', 'both', ''),
    ('range_other', 'both', ''),
    ('list_broken=long where=list-type', 's3', 'element of more than 64 KiB'),
    ('list_broken where=list-type', 's3', 'not well-formed'),
    ('bomb=gzip', 'both', ''),
    ('bomb=deflate', 'both', ''),
    ('flood_head', 'both', 'headers'),
    ('flood_line', 'both', 'header'),
    ('flood_body', 'both', ''),
    ('flood_body where=gc/', 'both', 'gc/marks'),
    ('flood_body where=[.]idx', 'both', ''),
    ('flood_body=404', 'both', ''),
    ('flood_body=500', 'both', ''),
    ('list_round where=list-type', 's3', 'comes back'),
    ('list_round=0 where=list-type', 's3', 'without end'),
    ('xml_bomb', 's3', ''),
    ('xml_bomb=400', 's3', ''),
    ('xml_deep', 's3', ''),
    ('xml_deep=403', 's3', ''),
]


class Wrong(Exception):
    """What must hold does not."""


class Other(http.server.ThreadingHTTPServer):
    """Another server, which writes down what it is told of us."""

    def __init__(self):
        told = self.told = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_any(self):
                told.append(str(self.headers))
                self.send_response(200)
                self.end_headers()

            do_GET = do_HEAD = do_PUT = do_POST = do_MOVE = do_MKCOL = do_DELETE = do_any

            def log_message(self, *args):
                pass
        super().__init__(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d' % self.server_port
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def check(self):
        if any(word in text for text in self.told for word in ('Authorization', 'authorization', 'x-amz-')):
            raise Wrong('credentials went to another server')
        del self.told[:]


class Ended:
    """A command: its status, what it said, and what it took."""

    def __init__(self, peak, place, argv):
        with tempfile.NamedTemporaryFile() as most, tempfile.TemporaryFile() as said:
            process = subprocess.Popen([peak, most.name, place.mlv] + argv, cwd=place.work, env=place.env,
                                       stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
            begin = time.monotonic()
            alarm = threading.Timer(SECONDS, os.killpg, (process.pid, signal.SIGKILL))
            alarm.start()
            self.status = process.wait()
            alarm.cancel()
            self.seconds, self.memory = time.monotonic() - begin, int(most.read() or 0) << 10
            said.seek(0)
            self.text = said.read().decode(errors='replace').strip()


def make_small(p):
    """Packs, loose objects of some sizes, links."""
    fixture.tracked(p)
    fixture.many(p)
    p.write('many/mid.bin', random.Random(1).randbytes(300000))
    p.tool('add', 'many')
    commit(p)


def make_large(p):
    fixture.begin(p)
    p.write('big.bin', random.Random(1).randbytes(1 << 16) * 256 + b'tail!')
    p.tool('add', 'big.bin')
    commit(p)


def commit(p):
    p.run('git', 'add', '-A')
    p.run('git', 'commit', '-qm', 'data')


class Run:
    """One: its rules, between a server and a repository."""

    def __init__(self, number, server, kind, rules, passing, words=''):
        self.number, self.server, self.kind, self.rules = number, server, kind, rules
        self.passing, self.words = passing, words
        self.log, self.happened = [], {}

    def __str__(self):
        return '%d %s %s, %s' % (self.number, self.server, self.kind, '; '.join(self.rules))

    def go(self, setting, base):
        server, self.peak = setting.servers[self.server], setting.peak
        self.name = 'run-%d-%s' % (self.number, os.path.basename(setting.base))
        self.named = [self.name, "remote 'there'", 's3://mlv']
        self.chance = random.Random('%s %d' % (setting.seed, self.number))
        first = self.place(setting, base, 'work')
        shutil.copytree(os.path.join(setting.base, self.kind), base, symlinks=True, dirs_exist_ok=True)
        other = Other()
        rules = [rule.replace('{other}', other.url) for rule in self.rules]
        proxy = self.proxy = chaos.Proxy(server.url, rules, '%s %d' % (setting.seed, self.number), self.name)
        try:
            self.settings(first, server)
            self.push(first, server)
            second = self.place(setting, base, 'clone')
            first.run('git', 'clone', '-q', first.work, second.work)
            self.settings(second, server)
            proxy.turns.clear()
            self.pull(first, second)
            other.check()
        finally:
            self.happened = proxy.happened
            proxy.stop()
            other.shutdown()
            other.server_close()

    def place(self, setting, base, name):
        place = fixture.Place(base, setting.mlv)
        place.work = os.path.join(base, name)
        place.cache = os.path.join(place.work, '.mlv/cache')
        place.env.update(MLV_TEST_CLOCK='virtual', MLV_TEST_SEED='1', XDG_CONFIG_HOME=os.path.join(base, 'home'))
        return place

    def settings(self, place, server):
        place.tool('remote', 'add', '-d', 'there', server.remote(self.proxy.url, self.name))
        for option, value in [('connect_timeout', '5'), ('read_timeout', '2')] + server.settings(self.proxy.url):
            place.tool('config', '--local', 'remote.there.' + option, value)
        place.env.update(server.env)

    # Commands.

    def command(self, place, rules, *argv):
        self.proxy.rules = rules
        done = Ended(self.peak, place, ['-j', self.chance.choice(['1', '4', '8'])] + list(argv))
        self.log.append('%s%s: %d in %.1f s, %.0f MiB' % (' '.join(argv), ' under faults' if rules else '', done.status,
                                                        done.seconds, done.memory / 2**20))
        self.log += ['  ' + line for line in done.text.splitlines()]
        if done.status < 0:
            raise Wrong('killed after %.0f s' % done.seconds)
        if done.status not in HONEST:
            raise Wrong('exit status %d' % done.status)
        if done.memory > MEMORY + (0 if self.kind == 'small' else 8 * (16 << 20)):
            raise Wrong('%d MiB of memory' % (done.memory >> 20))
        if any(secret in done.text for secret in ('testing', 'bWx2OnNlY3JldA')):
            raise Wrong('a secret is shown')
        if done.status and not any(name in done.text for name in self.named):
            raise Wrong('the failure does not name the remote')
        return done

    def push(self, first, server):
        rules, done = self.proxy.rules, None
        done = self.command(first, rules, 'push')
        self.look(first, server, done.status == 0)
        if done.status and self.passing:
            raise Wrong('a fault that passes was not survived')
        if self.command(first, [], 'push').status:
            raise Wrong('the push after it fails')
        self.look(first, server, True)
        self.rules_again, self.said = rules, done.text

    def look(self, first, server, whole):
        """At the cache, and at the remote behind the proxy."""
        bad, good = state.check_store(first.cache)
        bad += state.check_pointers(first.work, first.cache, good)
        with tempfile.TemporaryDirectory() as base:
            to = os.path.join(base, 'store')
            server.fetch(self.name, to)
            more, good = state.check_store(to)
            bad += more + state.check_roots(to, good)
            if whole:
                bad += state.check_pointers(first.work, to, good)
        if bad:
            raise Wrong('; '.join(bad[:4]))

    def pull(self, first, second):
        want = state.tree_state(first.work)
        done = self.command(second, self.rules_again, 'pull')
        self.compare(want, second, done.status == 0)
        if done.status and self.passing:
            raise Wrong('a fault that passes was not survived')
        if self.words and self.proxy.happened and not any(word in self.said + done.text for word in self.words.split('|')):
            raise Wrong('no message tells of it: ' + self.words)
        if self.command(second, [], 'pull').status:
            raise Wrong('the pull after it fails')
        self.compare(want, second, True)

    @staticmethod
    def compare(want, second, whole):
        bad, good = state.check_store(second.cache)
        have = state.tree_state(second.work)
        bad += ['%s has other bytes' % path for path, value in have.items() if want.get(path) != value]
        if whole:
            bad += ['%s is not there' % path for path in want.keys() - have.keys()]
            bad += state.check_pointers(second.work, second.cache, good)
        if bad:
            raise Wrong('; '.join(bad[:4]))


def singles(servers):
    for table, passing in ((PASSING, True), (STAYING, False)):
        for rule, where, *words in table:
            for server in servers:
                if where == 'both' or where == ('s3' if server == 'swift' else 'http'):
                    yield server, [rule], passing, words[0] if words else ''


def mix(chance, server):
    """Some rules, each for a share of requests, for a while or for good."""
    of = 's3' if server == 'swift' else 'http'
    pool = [rule for rule, where, *_ in PASSING + STAYING if where in ('both', of)]
    for rule in chance.sample(pool, chance.randint(2, 6)):
        fault = ' '.join(word for word in rule.split(' ') if not word.startswith(('times=', 'share=')))
        times = chance.choice(['', ' times=1', ' times=1', ' times=2', ' times=4'])
        shares = [0.02, 0.05] if fault.startswith(SLOW) else [0.02, 0.05, 0.1, 0.2, 0.4]
        yield '%s%s share=%g' % (fault, times, chance.choice(shares))


def plan(setting, count):
    """The runs: half of them, at most, of single rules; those that stand first for sure, then some of each kind."""
    every = list(singles(sorted(setting.servers)))
    chance = random.Random(setting.seed)
    sure, rest = every[:2 * FIRST], every[2 * FIRST:]
    most = max(count // 2 - len(sure), 0)
    chosen = sure + [rest[i * len(rest) // most] for i in range(most)] if most < len(rest) else every
    for number in range(count):
        kind = 'large' if number % 4 == 3 else 'small'
        if number < len(chosen):
            server, rules, passing, words = chosen[number]
            yield Run(number, server, kind, rules, passing, words)
        else:
            server = chance.choice(sorted(setting.servers))
            yield Run(number, server, kind, list(mix(chance, server)), False)


class Setting:
    def __init__(self, base, args):
        self.base, self.seed, self.mlv = base, args.seed, os.path.join(args.bin, 'mlv')
        self.servers, self.peak = {}, os.path.join(base, 'peak')
        subprocess.check_call(['cc', '-O1', '-o', self.peak, os.path.join(TOP, 'tests/bench/peak.c')])
        for name, kind in ('nginx', Nginx), ('swift', Swift):
            try:
                self.servers[name] = kind(os.path.join(base, name))
            except Missing as e:
                print('ok - faults between mlv and %s # SKIP %s' % (name, e))
        for kind, make in ('small', make_small), ('large', make_large):
            make(fixture.Place(os.path.join(base, kind), self.mlv))

    def stop(self):
        for server in self.servers.values():
            server.stop()

    def one(self, run):
        """What is wrong, or None."""
        with tempfile.TemporaryDirectory(dir=self.base) as base:
            try:
                run.go(self, base)
                return None
            except (Wrong, RuntimeError) as e:
                return str(e)


def report(setting, runs, verbose):
    failed, happened = False, {}
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for run, wrong in zip(runs, pool.map(setting.one, runs)):
            failed |= wrong is not None
            for fault, count in run.happened.items():
                happened[fault] = happened.get(fault, 0) + count
            if wrong or verbose:
                print('\n'.join('# ' + line for line in run.log))
            print('%s - %s%s' % ('not ok' if wrong else 'ok', run, ': ' + wrong if wrong else ''), flush=True)
    print('# faults: ' + ', '.join('%s %d' % item for item in sorted(happened.items())))
    return failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--runs', type=int, default=30)
    parser.add_argument('--seed', default=os.environ.get('MLV_TEST_SEED', time.strftime('%Y-%m')))
    parser.add_argument('--bin', default=TOP, help='where mlv lies')
    parser.add_argument('--only', help='numbers of runs')
    parser.add_argument('-v', action='store_true', help='show what the commands said')
    args = parser.parse_args()
    args.bin = os.path.abspath(args.bin)
    failed = False
    with tempfile.TemporaryDirectory(dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None) as base:
        setting = Setting(base, args)
        try:
            if setting.servers:
                only = [int(number) for number in args.only.split(',')] if args.only else range(args.runs)
                failed = report(setting, [run for run in plan(setting, args.runs) if run.number in only], args.v)
        finally:
            setting.stop()
    sys.exit(failed)


main()
