#!/usr/bin/python3
"""Pushes and gc of one remote, all at once, for several rounds: what a push relied on is there at the end.

usage: gc_race.py [--bin DIR] [--rounds N] [--pushers N] [--seed S] --url URL [--set OPTION=VALUE...]

One repository pushes directories that it knows, needs none of them, and collects with a grace period of a
second. Others push directories of their own, most of whose files the first one knows too, so that they find
there what is old, marked or being removed. At the end every directory that was pushed has to be whole.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'tests/fault'))
import fixture  # noqa: E402

VERSIONS = 3


def fill(place, version):
    """Files of a version: some hundreds in packs, some of their own."""
    place.run('rm', '-rf', 'data')
    for i in range(150):
        place.write('data/%d/%03d' % (i % 3, i), b'%d of %d\n' % (i, version if i % 2 else 0))
    for i in range(3):
        place.write('data/large%d' % i, b'%d %d\n' % (i, version) * 30000)


class Actor(threading.Thread):
    def __init__(self, base, name, args):
        super().__init__()
        self.place = fixture.Place(os.path.join(base, name), os.path.join(args.bin, 'mlv'))
        self.place.env.update({name: os.environ[name] for name in os.environ if name.startswith('AWS_')})
        self.name, self.args, self.errors = name, args, []
        self.chance = random.Random('%s %s' % (args.seed, name))
        fixture.begin(self.place)
        self.place.tool('remote', 'add', '-d', 'there', args.url)
        for option in args.set:
            self.place.tool('remote', 'modify', '--local', 'there', *option.split('=', 1))

    def run(self):
        try:
            self.act()
        except Exception as e:  # told by the main thread
            self.errors.append('%s: %s' % (self.name, e))


class Pusher(Actor):
    def act(self):
        for round_ in range(self.args.rounds):
            fill(self.place, self.chance.randrange(VERSIONS))
            self.place.write('data/own', b'%s %d\n' % (self.name.encode(), round_))
            self.place.tool('add', 'data')
            self.place.tool('push')
            self.place.run('git', 'add', '-A')
            self.place.run('git', 'commit', '-qm', str(round_))
            time.sleep(self.chance.random())

    def check(self):
        """All that was ever pushed, from the remote alone."""
        done = self.place.tool('fsck', '-r', 'there', '-A', check=False)
        if done.returncode:
            self.errors.append('%s: %s' % (self.name, (done.stdout + done.stderr).decode()[:2000]))


class Collector(Actor):
    stop, removed = False, 0

    def act(self):
        while not self.stop:
            for version in range(VERSIONS):
                fill(self.place, version)
                self.place.tool('add', 'data')
                self.place.tool('push')
                self.place.run('git', 'add', '-A')
                self.place.run('git', 'commit', '-qm', str(version), '--allow-empty')
                self.place.run('git', 'rm', '-q', '--cached', 'data.mlv')
                os.unlink(os.path.join(self.place.work, 'data.mlv'))
                self.place.run('git', 'commit', '-qm', 'none')
                self.collect()

    def collect(self):
        done = self.place.tool('gc', '-c', '-w', '-f', '--grace', '1s', '-v')
        self.removed += done.stdout.count(b'removed: ')
        time.sleep(self.chance.random())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bin', default=TOP)
    parser.add_argument('--rounds', type=int, default=4)
    parser.add_argument('--pushers', type=int, default=2)
    parser.add_argument('--seed', default=os.environ.get('MLV_TEST_SEED', time.strftime('%Y-%m')))
    parser.add_argument('--url', required=True)
    parser.add_argument('--set', action='append', default=[])
    args = parser.parse_args()
    args.bin = os.path.abspath(args.bin)
    with tempfile.TemporaryDirectory() as base:
        collector = Collector(base, 'collector', args)
        pushers = [Pusher(base, 'pusher%d' % i, args) for i in range(args.pushers)]
        for actor in [collector] + pushers:
            actor.start()
        for pusher in pushers:
            pusher.join()
        collector.stop = True
        collector.join()
        try:
            for _ in range(2):  # marked, and removed
                collector.collect()
                time.sleep(1.1)
            for pusher in pushers:
                pusher.check()
        except RuntimeError as e:
            collector.errors.append(str(e))
        errors = [e for actor in [collector] + pushers for e in actor.errors]
        if not collector.removed:
            errors.append('nothing was removed at all')
        for error in errors:
            print('# ' + error.replace('\n', '\n# '))
        print('# %d files were removed meanwhile' % collector.removed)
        subprocess.call(['chmod', '-R', 'u+w', base])
    sys.exit(bool(errors))


main()
