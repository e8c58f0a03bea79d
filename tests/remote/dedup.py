#!/usr/bin/python3
"""dedup.py BASE BIN: what dedup.sh does, with servers below the folder BASE and the programs in BIN. Prints TAP.

What is sent is what a remote holds afterwards; that a pull takes chunks from the cache is seen by taking all packs
of the older version away from the remote.
"""
import os
import random
import subprocess
import sys
import urllib.parse

import remotes

SIZE = 18 << 20
AROUND = 1 << 20  # bytes: what an edit may cost


class Repository:
    def __init__(self, path, bin_):
        self.path, self.env = path, dict(os.environ, PATH=bin_ + ':' + os.environ['PATH'])

    def run(self, *words):
        done = subprocess.run(words, cwd=self.path, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        if done.returncode:
            raise RuntimeError('%s: status %d\n%s' % (' '.join(words), done.returncode, done.stdout))
        return done.stdout

    def tool(self, *words):
        return self.run('mlv', *words)

    def write(self, data):
        path = os.path.join(self.path, 'large')
        if os.path.exists(path):
            os.unlink(path)
        with open(path, 'wb') as f:
            f.write(data)
        self.tool('add', '-q', 'large')
        self.run('git', 'add', '-A')
        self.run('git', 'commit', '-qm', 'next')
        self.tool('push', '-q')

    def read(self):
        with open(os.path.join(self.path, 'large'), 'rb') as f:
            return f.read()


def stored(server, base, name):
    """The keys below a remote, with their sizes."""
    to = os.path.join(base, 'copy')
    subprocess.call(['rm', '-rf', to])
    server.fetch(name, to)
    paths = [os.path.join(where, file) for where, _, files in os.walk(to) for file in files]
    return {os.path.relpath(path, to): os.path.getsize(path) for path in paths}


def take_away(server, name, key):
    if isinstance(server, remotes.Swift):
        server.ask('/mlv/' + urllib.parse.quote('%s/%s' % (name, key)), 'DELETE')
    elif isinstance(server, remotes.Nginx):
        os.unlink(os.path.join(server.base, 'root/dav', name, key))
    else:
        os.unlink(os.path.join(server.base, 'area', name, key))


def steps(server, base, bin_):
    first = Repository(os.path.join(base, 'first'), bin_)
    os.makedirs(first.path)
    first.run('git', 'init', '-q')
    first.tool('init', '-q')
    server.set_up(first, 'dedup')
    first.tool('config', 'remote.there.dedup', 'true')
    data = bytearray(random.Random(1).randbytes(SIZE))
    first.write(data)
    before = stored(server, base, 'dedup')
    assert any(key.startswith('recipes/') for key in before), before

    second = Repository(os.path.join(base, 'second'), bin_)
    second.env = first.env
    first.run('git', 'clone', '-q', first.path, second.path)
    local = os.path.join(first.path, '.mlv/config.local')
    if os.path.exists(local):
        second.run('cp', local, '.mlv/')
    second.tool('remote', 'trust', '-q', 'there')
    second.tool('pull', '-q')
    assert second.read() == data
    data[SIZE // 2:SIZE // 2] = b'inserted'
    first.write(data)
    after = stored(server, base, 'dedup')
    sent = sum(after.values()) - sum(before.values())
    assert sent < AROUND, 'an edit sent %d bytes' % sent
    assert first.tool('push').strip() == 'Everything is up to date.'

    older = [key for key in before if key.startswith('packs/d-') and key.endswith('.pack')]
    assert older
    for key in older:
        take_away(server, 'dedup', key)
    second.run('git', 'pull', '-q')
    second.tool('pull', '-q')
    assert second.read() == data
    # What was taken away is noticed, and sent again.
    first.tool('push', '-q')
    first.tool('fsck', '-r', 'there')


def main():
    base, bin_ = sys.argv[1:]
    status = 0
    os.makedirs(base)
    for kind in (remotes.Nginx, remotes.Sshd, remotes.Swift):
        name = 'an edit of a large file over %s' % kind.__name__
        place = os.path.join(base, kind.__name__)
        server = None
        try:
            server = kind(os.path.join(place, 'server') if kind is not remotes.Swift else place + '.swift')
            steps(server, place, bin_)
            print('ok - ' + name)
        except remotes.Missing as why:
            print('ok - %s # SKIP %s' % (name, why))
        except Exception as why:  # whatever it is, it is told
            print(''.join('# %s\n' % line for line in repr(why).replace('\\n', '\n').split('\n')) + 'not ok - ' + name)
            status = 1
        finally:
            if server:
                server.stop()
    sys.exit(status)


if __name__ == '__main__':
    main()
