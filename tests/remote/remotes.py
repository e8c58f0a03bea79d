"""The servers that tests of remotes start, and what each of them then has."""
import json
import os
import shutil
import subprocess
import urllib.parse
import urllib.request as web

SERVERS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'servers')


class Missing(Exception):
    """A server that is not installed."""


class Nginx:
    """Keys are files below a folder."""

    def __init__(self, base):
        if not shutil.which('nginx', path=os.environ['PATH'] + ':/usr/sbin'):
            raise Missing('nginx is not installed')
        self.base = base
        said = subprocess.check_output([os.path.join(SERVERS, 'nginx.sh'), 'start', base], text=True)
        self.url = said.split('ready ')[1].strip()

    def stop(self):
        subprocess.call([os.path.join(SERVERS, 'nginx.sh'), 'stop', self.base])

    def set_up(self, p, name):
        p.tool('remote', 'add', '-d', 'there', '%s/dav/%s' % (self.url, name))

    env = {}

    @staticmethod
    def remote(url, name):
        """The URL of a remote, by way of a proxy at url; and the settings that it wants."""
        return '%s/auth/%s' % (url, name)

    @staticmethod
    def settings(url):
        return [('user', 'mlv'), ('password', 'secret')]

    def fetch(self, name, to):
        have = next(filter(os.path.isdir, (os.path.join(self.base, 'root', root, name) for root in ('dav', 'auth'))), '')
        if have:
            shutil.copytree(have, to)


class Sshd:
    """Keys are files below a folder."""

    def __init__(self, base):
        if not shutil.which('sshd', path=os.environ['PATH'] + ':/usr/sbin'):
            raise Missing('openssh-server is not installed')
        self.base = base
        said = subprocess.check_output([os.path.join(SERVERS, 'sshd.sh'), 'start', base], text=True)
        self.url = said.split('ready ')[1].strip()

    def stop(self):
        subprocess.call([os.path.join(SERVERS, 'sshd.sh'), 'stop', self.base])

    def set_up(self, p, name):
        p.tool('remote', 'add', '-d', 'there', '%s/%s' % (self.url, name))
        for option, value in (('keyfile', 'user'), ('known_hosts', 'known_hosts')):
            p.tool('remote', 'modify', '--local', 'there', option, os.path.join(self.base, value))

    def fetch(self, name, to):
        have = os.path.join(self.base, 'area', name)
        if os.path.isdir(have):
            shutil.copytree(have, to)


class Swift:
    """Keys are objects of a container. requests: a file that gets a line for each answer."""

    def __init__(self, base, requests=None):
        if subprocess.call(['/usr/bin/python3', '-c', 'import swift.common'], stderr=subprocess.DEVNULL):
            raise Missing('python3-swift is not installed')
        os.makedirs(base)
        with open(base + '.log', 'w') as log:
            self.process = subprocess.Popen([os.path.join(SERVERS, 'swift.py'), base], stdout=subprocess.PIPE,
                                            stderr=log, text=True,
                                            env=dict(os.environ, REQUESTS=requests) if requests else None)
        self.url = self.process.stdout.readline().split('ready ')[1].strip()
        asked = web.Request(self.url + '/auth/v1.0', headers={'X-Auth-User': self.access, 'X-Auth-Key': self.secret})
        with web.urlopen(asked) as answer:
            self.store, self.token = answer.headers['X-Storage-Url'], answer.headers['X-Auth-Token']
        self.ask('/mlv', 'PUT')

    def stop(self):
        self.process.kill()
        self.process.wait()

    def ask(self, path, method='GET'):
        with web.urlopen(web.Request(self.store + path, method=method, headers={'X-Auth-Token': self.token})) as answer:
            return answer.read()

    access, secret = 'test:tester', 'testing'
    env = {'AWS_ACCESS_KEY_ID': access, 'AWS_SECRET_ACCESS_KEY': secret}

    @staticmethod
    def remote(url, name):
        return 's3://mlv/' + name

    @staticmethod
    def settings(url):
        return [('endpointurl', url)]

    def set_up(self, p, name):
        p.env.update(self.env)
        p.tool('remote', 'add', '-d', 'there', 's3://mlv/' + name)
        p.tool('remote', 'modify', 'there', 'endpointurl', self.url)

    def fetch(self, name, to):
        for item in json.loads(self.ask('/mlv?format=json&limit=10000&prefix=%s/' % name) or '[]'):
            path = os.path.join(to, item['name'][len(name) + 1:])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'wb') as f:
                f.write(self.ask('/mlv/' + urllib.parse.quote(item['name'])))
