"""What must hold of a repository, its cache and its remote at any instant.

Nothing of mlv is used here: ids are derived again with hashlib, packs are read
by the second reader of the formats.
"""
import hashlib
import os
import re
import pathlib
import stat
import sys
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'formats'))
import packs  # noqa: E402
import recipes  # noqa: E402

SMALL_MAX = 16 << 20
LEAF = 1 << 20


def sha(data):
    return hashlib.sha256(data).hexdigest()


def leaf_list(data):
    lines = ['mlv leaves 1 %d %d\n' % (len(data), LEAF)]
    lines += [sha(data[i:i + LEAF]) + '\n' for i in range(0, len(data), LEAF)]
    return ''.join(lines).encode()


def name_of(data):
    """The kind and id of a file's bytes."""
    if len(data) <= SMALL_MAX:
        return 'object', sha(data)
    return 'large', sha(leaf_list(data))


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def store_items(root):
    """(kind, id, path) of each name in a store."""
    for folder, kind in (('objects', 'object'), ('large', 'large'), ('nodes', 'node')):
        base = os.path.join(root, folder)
        for fan in sorted(os.listdir(base)) if os.path.isdir(base) else []:
            for name in sorted(os.listdir(os.path.join(base, fan))):
                path = os.path.join(base, fan, name)
                if kind == 'large' and name.endswith('.leaves'):
                    yield 'leaves', fan + name[:-len('.leaves')], path
                else:
                    yield kind, fan + name, path


def item_problem(kind, oid, path):
    data = read(path)
    if kind == 'node':
        try:
            data = zlib.decompress(data)
        except zlib.error as e:
            return '%s: %s' % (path, e)
    found = sha(leaf_list(data)) if kind == 'large' else sha(data)
    return None if found == oid else '%s holds %s' % (path, found)


def recipe_ids(root):
    """Of which large files there are recipes."""
    base = os.path.join(root, 'recipes')
    for fan in sorted(os.listdir(base)) if os.path.isdir(base) else []:
        for name in sorted(os.listdir(os.path.join(base, fan))):
            if re.fullmatch('[0-9a-f]{62}', name):
                yield fan + name


def recipe_problem(root, oid):
    """What is wrong with a recipe, or None: all that it names is there, and makes the file."""
    try:
        found = sha(leaf_list(recipes.read(root, oid)))
    except (packs.Damage, OSError, KeyError) as e:
        return '%s/recipes: %s: %s' % (root, oid, e)
    return None if found == oid else '%s/recipes: %s makes %s' % (root, oid, found)


def check_store(root):
    """Every name holds the bytes it promises. Returns problems and the names that are good."""
    problems, good = [], set()
    try:
        good |= {(kind, oid) for oid, kind in packs.read_all(root)}
    except packs.Damage as e:
        problems.append('%s/packs: %s' % (root, e))
    for oid in recipe_ids(root):
        problem = recipe_problem(root, oid)
        if problem:
            problems.append(problem)
        else:
            good.add(('large', oid))
    for kind, oid, path in store_items(root):
        problem = item_problem(kind, oid, path)
        if problem:
            problems.append(problem)
        else:
            good.add((kind, oid))
    return problems, good


def node_entries(store, oid):
    data = packs.read_all(store).get((oid, 'node'))
    if data is None:
        data = zlib.decompress(read(os.path.join(store, 'nodes', oid[:2], oid[2:])))
    body = data[data.index(b'\n') + 1:]
    for entry in body.split(b'\0')[:-1]:
        kind, entry_id, size, path = entry.split(b' ', 3)
        yield kind.decode(), entry_id.decode(), int(size), path


def closure(store, oid, good, needs):
    """Add what a tree's root needs to needs; stops at what is missing."""
    needs.add(('node', oid))
    if ('node', oid) not in good:
        return
    for kind, entry_id, _, _ in node_entries(store, oid):
        if kind == 'n':
            closure(store, entry_id, good, needs)
        elif kind in 'fxl':
            needs.add(('object', entry_id))
        elif kind in 'FX':
            needs.add(('large', entry_id))
            needs.add(('leaves', entry_id))


def ids_in(text):
    return re.findall(r'^[-\s]\s+(sha256|leaves|tree): ([0-9a-f]{64})\s*$', text, re.M)


def pointers(work):
    """(where, [(key, id)]) of each pointer below work, and of each output that a stage made."""
    for folder, dirs, files in os.walk(work):
        dirs[:] = [d for d in dirs if d not in ('.git', '.mlv')]
        for path in [os.path.join(folder, name) for name in files]:
            if path.endswith('.mlv'):
                yield path, ids_in(read(path).decode())
            elif path.endswith('/mlv.lock'):
                for stage in re.split(r'^  (?=\S)', read(path).decode(), flags=re.M)[1:]:
                    for out in re.split(r'^    - path: ', stage.partition('    outs:\n')[2], flags=re.M)[1:]:
                        yield '%s: %s' % (path, out.split('\n')[0]), ids_in(out)


def check_pointers(work, store, good):
    """What each pointer names is in the store, whole."""
    problems = []
    for path, found in pointers(work):
        if not found:
            problems.append('%s: no id in it' % path)
            continue
        keys = dict(found)
        needs = set()
        if 'tree' in keys:
            closure(store, keys['tree'], good, needs)
        elif 'leaves' in keys:
            needs |= {('large', keys['leaves']), ('leaves', keys['leaves'])}
        else:
            needs.add(('object', keys['sha256']))
        problems += ['%s names %s %s, which is not there' % ((path,) + n) for n in sorted(needs - good)]
    return problems


def check_roots(store, good):
    """What a published root lists is there."""
    problems = []
    base = os.path.join(store, 'roots')
    for name in os.listdir(base) if os.path.isdir(base) else []:
        if not re.fullmatch('[0-9a-f]{64}', name):
            continue  # a temporary
        needs = set()
        closure(store, name, good, needs)
        problems += ['roots/%s needs %s %s, which is not there' % ((name,) + n) for n in sorted(needs - good)]
        for line in read(os.path.join(base, name)).decode().splitlines()[1:]:
            kind, oid, size = line.split(' ')
            if kind in ('dpack', 'npack'):
                path = os.path.join(store, 'packs', '%s-%s' % (kind[0], oid))
                if not os.path.exists(path + '.idx') or os.path.getsize(path + '.pack') != int(size):
                    problems.append('roots/%s names %s %s, which is not there' % (name, kind, oid))
            elif (kind, oid) not in good:
                problems.append('roots/%s names %s %s, which is not there' % (name, kind, oid))
    return problems


def tree_state(work):
    """Every path below work, with what it holds, but mlv's own folders."""
    state = {}
    for folder, dirs, files in os.walk(work):
        dirs[:] = sorted(d for d in dirs if d not in ('.git', '.mlv'))
        for name in dirs + files:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            rel = os.path.relpath(path, work)
            if stat.S_ISLNK(mode):
                state[rel] = 'link ' + os.readlink(path)
            elif stat.S_ISDIR(mode):
                state[rel] = 'directory'
            else:
                state[rel] = '%s %s' % ('x' if mode & 0o100 else 'f', sha(read(path)))
    return state


def store_state(root):
    keys = {('recipe', oid) for oid in recipe_ids(root)}
    keys |= {(kind, oid) for kind, oid, _ in store_items(root)} | {(kind, oid) for oid, kind in packs.read_all(root)}
    return sorted(keys) + sorted(
        os.listdir(os.path.join(root, 'roots')) if os.path.isdir(os.path.join(root, 'roots')) else [])


def leftovers(root):
    """Temporaries that were left, anywhere below root."""
    found = []
    for folder, dirs, files in os.walk(root):
        inside_tmp = os.path.basename(folder) == 'tmp'
        for name in files:
            if '.mlv-tmp-' in name or '.tmp-' in name or (inside_tmp and 'lock' not in name):
                found.append(os.path.join(folder, name))
    return found
