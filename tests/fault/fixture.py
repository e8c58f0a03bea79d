"""The repositories that the fault runs start from, one a command."""
import os
import random
import subprocess

BIG = (16 << 20) + 5


class Place:
    """A folder with a work tree, a home and a remote, always under one path."""

    def __init__(self, base, mlv):
        self.base, self.mlv = base, mlv
        self.work = os.path.join(base, 'work')
        self.remote = os.path.join(base, 'remote')
        self.cache = os.path.join(self.work, '.mlv', 'cache')
        self.env = {
            'PATH': os.environ['PATH'], 'HOME': os.path.join(base, 'home'), 'LC_ALL': 'C',
            'GIT_CONFIG_NOSYSTEM': '1', 'GIT_AUTHOR_NAME': 'a', 'GIT_AUTHOR_EMAIL': 'a@b',
            'GIT_COMMITTER_NAME': 'a', 'GIT_COMMITTER_EMAIL': 'a@b',
            'GIT_AUTHOR_DATE': '2026-01-01T00:00:00Z', 'GIT_COMMITTER_DATE': '2026-01-01T00:00:00Z',
        }

    def run(self, *argv, check=True, extra=None):
        env = dict(self.env, **(extra or {}))
        done = subprocess.run(argv, cwd=self.work, env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        if check and done.returncode:
            raise RuntimeError('%s: %d %s' % (argv, done.returncode, done.stderr.decode()))
        return done

    def tool(self, *argv, **more):
        return self.run(self.mlv, '-j', '1', *argv, **more)

    def write(self, path, data, mode=0o644):
        path = os.path.join(self.work, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data)
        os.chmod(path, mode)

    def read(self, path):
        with open(os.path.join(self.work, path), 'rb') as f:
            return f.read()


def begin(p):
    os.makedirs(p.work)
    os.makedirs(p.env['HOME'])
    p.run('git', 'init', '-q', '--template=')
    p.tool('init')


def data(p):
    for i in range(6):
        p.write('data/part-%d.csv' % i, b'row %d\n' % i * (1000 + i))
    p.write('data/sub/run.sh', b'#!/bin/sh\necho\n', 0o755)
    p.write('data/sub/empty.txt', b'')
    p.write('data/sub/na me\n.txt', b'odd name')
    os.symlink('part-0.csv', os.path.join(p.work, 'data/link'))
    os.makedirs(os.path.join(p.work, 'data/void'))
    p.write('single.csv', b'a,b\n1,2\n')


def tracked(p):
    begin(p)
    data(p)
    p.tool('add', 'data', 'single.csv')
    p.run('git', 'add', '-A')
    p.run('git', 'commit', '-qm', 'one')


def edit(p):
    p.write('data/part-1.csv', b'changed\n')
    p.write('data/new.csv', b'new\n')
    os.unlink(os.path.join(p.work, 'data/part-2.csv'))


def make_add(p):
    begin(p)
    data(p)


def many(p):
    """Enough small files for a pack, of bytes that shrink and others."""
    for i in range(40):
        p.write('many/%02d.txt' % i, b'%d ' % i * i if i % 2 else os.urandom(30))


def make_add_packed(p):
    begin(p)
    many(p)


def make_checkout_packed(p):
    make_add_packed(p)
    p.tool('add', 'many')
    p.run('rm', '-rf', 'many')


def make_add_changed(p):
    tracked(p)
    edit(p)


def make_add_large(p):
    begin(p)
    p.write('big.bin', os.urandom(1 << 16) * 256 + b'tail!')


def make_commit(p):
    begin(p)
    data(p)
    p.tool('add', '--no-commit', 'data', 'single.csv')


def make_checkout(p):
    tracked(p)
    edit(p)
    p.tool('add', 'data')
    p.run('git', 'checkout', '-q', 'HEAD', '--', 'data.mlv')


def make_push(p):
    tracked(p)
    p.tool('remote', 'add', '-d', 'there', p.remote)


def make_push_packed(p):
    make_add_packed(p)
    p.tool('add', 'many')
    p.tool('remote', 'add', '-d', 'there', p.remote)


def make_pull_packed(p):
    make_push_packed(p)
    p.tool('push')
    p.run('rm', '-rf', 'many', '.mlv/cache', '.mlv/state')


def make_pull(p):
    make_push(p)
    p.tool('push')
    p.run('rm', '-rf', 'data', 'single.csv', '.mlv/cache', '.mlv/state')


def make_push_large(p):
    make_add_large(p)
    p.tool('add', 'big.bin')
    p.tool('remote', 'add', '-d', 'there', p.remote)


def make_pull_large(p):
    make_push_large(p)
    p.tool('push')
    p.run('rm', '-rf', 'big.bin', '.mlv/cache', '.mlv/state')


def make_pull_kept(p):
    """The cache is lost, and the work tree has all: what comes is needed once."""
    make_push_large(p)
    p.write('more.bin', b'fedcba9876543210' * (1 << 20) + b'tail!')
    p.tool('add', 'more.bin')
    p.tool('push')
    p.run('rm', '-rf', '.mlv/cache', '.mlv/state')


def make_push_chunks(p):
    """A large file that goes as chunks, some of which an older version of it brought there."""
    begin(p)
    part = random.Random(5).randbytes(1 << 20)
    p.write('big.bin', part * 16 + b'tail!')
    p.tool('add', 'big.bin')
    p.tool('remote', 'add', '-d', 'there', p.remote)
    p.tool('config', 'remote.there.dedup', 'true')
    p.tool('push')
    p.write('big.bin', part * 8 + b'new' + part * 8 + b'tail!')
    p.tool('add', 'big.bin')


def make_pull_chunks(p):
    make_push_chunks(p)
    p.tool('push')
    p.run('rm', '-rf', 'big.bin', '.mlv/cache', '.mlv/state')


def make_gc(p):
    """Objects that only the first commit needs, all of them old; more are needed still."""
    tracked(p)
    p.write('big.bin', b'0123456789abcdef' * (1 << 20) + b'tail!')
    p.tool('add', 'big.bin')
    edit(p)
    p.tool('add', 'data')
    p.write('big.bin', b'small now')
    p.tool('add', 'big.bin')
    for folder, _, names in os.walk(p.cache):
        for name in names:
            os.utime(os.path.join(folder, name), (1e9, 1e9))


def make_gc_packs(p):
    """Packs to be dropped and to be written anew, and files to be gathered."""
    begin(p)
    for n in range(70):
        p.write('data/f%02d' % n, b'first %d\n' % n)
    p.tool('add', 'data')
    for n in range(40):
        p.write('data/f%02d' % n, b'second %d\n' % n)
    p.tool('add', 'data')
    for n in range(34):
        p.write('data/f%02d' % n, b'third %d\n' % n)
        if n % 17 == 16:
            p.tool('add', 'data')
    for folder, _, names in os.walk(p.cache):
        for name in names:
            os.utime(os.path.join(folder, name), (1e9, 1e9))


def make_gc_remote(p):
    """Packs and files of a remote, marked long ago; a pack to be written anew; what is needed still."""
    begin(p)
    p.tool('remote', 'add', '-d', 'there', p.remote)
    for version in range(3):
        for n in range(60 - 20 * version):
            p.write('data/f%02d' % n, b'%d of %d\n' % (n, version))
        p.write('data/large', b'%d ' % version * 100000)
        p.write('single.csv', b'%d\n' % version)
        p.tool('add', 'data', 'single.csv')
        p.run('git', 'add', '-A')
        p.run('git', 'commit', '-qm', 'one')
        p.tool('push')
    p.tool('gc', '-c', '-w', '-f')
    marks = os.path.join(p.remote, 'gc', 'marks')
    with open(marks) as f:
        lines = f.read().splitlines()
    os.unlink(marks)
    with open(marks, 'w') as f:
        f.write('\n'.join(lines[:1] + [line.rsplit(' ', 1)[0] + ' 1000000000' for line in lines[1:]]) + '\n')


# name: (how it is made, the command, whether the pointers' objects must be in the cache)
def predictions(p, shift):
    rows = [b'id,y,s,g'] + [b'r%d,%d,0.%d,%s' % (i, i % 2, (i * 37 + shift) % 10, b'ab'[i % 3 % 2:][:1]) for i in range(60)]
    p.write('p.csv', b'\n'.join(rows) + b'\n')


def make_eval(p):
    begin(p)
    predictions(p, 0)
    p.write('mlv.yaml', b'evals:\n  e: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s},'
            b' metrics: [accuracy, auc, log_loss, f1]}\nslices: [{by: g}, {by: s, quantiles: 2}]\n')


def make_metrics_diff(p):
    make_eval(p)
    p.tool('eval')
    p.tool('add', 'p.csv')
    p.run('git', 'add', '-A')
    p.run('git', 'commit', '-qm', 'one')
    predictions(p, 3)
    p.tool('eval')


def make_groups(p):
    """An evaluation whose groups find, gate and monitor judge: one of them is bad, and sure to be."""
    begin(p)
    rows = [b'id,y,s,g,h,x']
    for i in range(400):
        g, h = i % 4 < 2, i % 4 % 2
        right = i // 4 % 10 >= (5 if g and h else 1)
        rows.append(b'r%d,%d,%s,%s,%s,%d' % (i, i // 4 % 2, b'0.8' if right == i // 4 % 2 else b'0.3', b'ab'[g:][:1],
                                               b'cd'[h:][:1], i % 40))
    p.write('p.csv', b'\n'.join(rows) + b'\n')
    p.write('mlv.yaml', b"""evals:
  e: {predictions: p.csv, task: binary, columns: {id: id, label: y, score: s}, metrics: [accuracy, fpr]}
slices: # kept
- {by: g}
- {by: h}
fairness: [{by: g, tau: 0.1}]
gates: {main: {rules: ["overall.accuracy >= 0.5", "fairness.g.accuracy in tau"]}}
monitor: {m: {reference: e, features: [s, g, x], gate: main}}
""")
    p.tool('eval')
    p.tool('monitor', 'profile')


def make_monitor_log(p):
    """A monitor whose log has a line, and a table of new rows that it names: once checked, it is not checked again."""
    make_groups(p)
    p.write('mlv.yaml', p.read('mlv.yaml').replace(b'{reference: e,', b'{reference: e, input: "logs/*.csv",'))
    p.tool('monitor', 'check', '--input', 'p.csv')
    p.write('logs/2026-11-28.csv', p.read('p.csv'))


def make_migrate(p):
    begin(p)
    maker = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'tools', 'dvc_repo.py')
    p.run('/usr/bin/python3', maker, '--pipeline', '--large')
    p.run('git', 'add', '-A')
    p.run('git', 'commit', '-qm', 'one')


def make_repro(p):
    """Stages that ran, and are out of date: a file, a directory and one that git keeps; the last ran so before."""
    begin(p)
    p.write('mlv.yaml', b"""stages:
  prep: {cmd: 'tr a-z A-Z <raw >data', deps: [raw], outs: [data]}
  train:
    cmd: ["mkdir -p model", "cp data model/one; echo two >model/two; wc -c <data >m.txt"]
    deps: [data]
    outs: [model]
    metrics: [m.txt: {cache: false}]
  pick: {cmd: head -c 1 pick >first, deps: [pick], outs: [first]}
""")
    for raw in (b'one\n', b'three\n'):
        p.write('raw', raw)
        p.write('pick', raw[:1])
        p.tool('repro')
    p.run('git', 'add', '-A')
    p.run('git', 'commit', '-qm', 'one')
    p.write('raw', b'seven\n')
    p.write('pick', b'o')


SCENARIOS = {
    'add': (make_add, ('add', 'data', 'single.csv'), True),
    'add-changed': (make_add_changed, ('add', 'data'), True),
    'add-packed': (make_add_packed, ('add', 'many'), True),
    'add-large': (make_add_large, ('add', 'big.bin'), True),
    'commit': (make_commit, ('commit', '-f'), False),
    'checkout': (make_checkout, ('checkout',), True),
    'checkout-packed': (make_checkout_packed, ('checkout',), True),
    'push': (make_push, ('push',), True),
    'push-packed': (make_push_packed, ('push',), True),
    'push-large': (make_push_large, ('push',), True),
    'push-chunks-large': (make_push_chunks, ('push',), True),
    'pull-packed': (make_pull_packed, ('pull',), False),
    'pull': (make_pull, ('pull',), False),
    'gc': (make_gc, ('gc', '-w', '-f'), True),
    'gc-packs': (make_gc_packs, ('gc', '-w', '-f'), True),
    'gc-remote': (make_gc_remote, ('gc', '-c', '-w', '-f', '--all-roots'), True),
    'pull-large': (make_pull_large, ('pull',), False),
    'pull-kept-large': (make_pull_kept, ('pull', '-j', '1'), False),
    'pull-chunks-large': (make_pull_chunks, ('pull',), False),
    'eval': (make_eval, ('eval',), True),
    'migrate': (make_migrate, ('migrate', 'dvc'), True),
    'metrics-diff': (make_metrics_diff, ('metrics', 'diff'), True),
    'report': (make_metrics_diff, ('report', '--vega', 'none', '--html', 'page.html'), True),
    'repro': (make_repro, ('repro',), True),
    'gate': (make_groups, ('gate', 'main'), True),
    'monitor-profile': (make_groups, ('monitor', 'profile'), True),
    'monitor-check': (make_groups, ('monitor', 'check', '--no-log', '--input', 'p.csv'), True),
    'monitor-log': (make_monitor_log, ('monitor', 'check'), True),
    'slices-find': (make_groups, ('slices', 'find', '--write', '--min-n', '20'), True),
    'card': (make_metrics_diff, ('card', 'build'), True),
}


# What a command writes anew of what the user wrote: it has the bytes of before or of after, never others.
REWRITTEN = {'slices-find': 'mlv.yaml', 'monitor-log': 'monitor/m.jsonl'}


# What commands of stages write into the work tree. mlv makes durable what it stores of it, not their files.
MADE_BY_STAGES = {'repro': ('data', 'model', 'model/one', 'model/two', 'm.txt', 'first')}


def every(scenario, asked):
    """One point of how many. Nearly all calls of a large file are writes, one like the other; a gc of a remote that
    was killed is waited for; stages are started."""
    return asked * 8 if asked > 1 and scenario.endswith(('-large', '-remote', 'repro')) else asked
