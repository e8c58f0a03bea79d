#!/usr/bin/python3
"""chaos.py [--seed S] UPSTREAM RULE...: a proxy that goes wrong on purpose, on a free loopback port.

It stands between mlv and a real web server or store of objects, whose URL is UPSTREAM. Prints "ready URL" and serves
until it is killed; tests/remote/chaos.py has it in its own process. A rule is one argument:

  FAULT[=ARGUMENT] [methods=GET,PUT] [where=REGEX] [times=N] [share=0.3]

It is for requests of these methods whose path and query match REGEX; for the first N times that the same is asked;
for a share of them. Which ones follows from the seed and from what is asked, not from the order in which requests
come: the same seed gives the same faults, however many connections there are. The first rule that is for a request
is what happens to it. The faults are those of chaos_faults.py.
"""
import hashlib
import http.client
import random
import re
import socket
import struct
import sys
import threading
import time
import urllib.parse

from chaos_faults import FAULTS, Answer


class Gone(Exception):
    """The connection to the client is over."""


class Rule:
    def __init__(self, fault, argument='', methods='', where='', times='', share='1'):
        self.fault, self.argument = fault, argument
        self.methods = methods.split(',') if methods else []
        self.where, self.times, self.share = where, int(times) if times else None, float(share)

    @classmethod
    def parse(cls, text):
        first, *rest = text.split(' ')
        fault, _, argument = first.partition('=')
        if fault not in FAULTS:
            raise ValueError('there is no fault %s' % fault)
        return cls(fault, argument, **dict(word.split('=', 1) for word in rest))

    def __str__(self):
        more = [self.methods and 'methods=' + ','.join(self.methods), self.where and 'where=' + self.where,
                self.times and 'times=%d' % self.times, self.share < 1 and 'share=%g' % self.share]
        return ' '.join([self.fault + (self.argument and '=' + self.argument)] + [word for word in more if word])

    def takes(self, method, path, turn, chance):
        return ((not self.methods or method in self.methods) and re.search(self.where, path) is not None and
                (self.times is None or turn < self.times) and chance < self.share)


class Turn:
    """One request, and what is made of it."""

    def __init__(self, connection, method, path, headers):
        self.connection, self.method, self.path, self.headers = connection, method, path, headers
        self.argument, self.chance, self.length = '', None, None

    # The request.

    def field(self, name):
        return next((value for key, value in self.headers if key.lower() == name), None)

    def body(self):
        size = int(self.field('content-length') or 0)
        if size and (self.field('expect') or '').lower() == '100-continue':
            self.write(b'HTTP/1.1 100 Continue\r\n\r\n')
        body = self.connection.file.read(size)
        if len(body) < size:
            raise Gone
        return body

    def forward(self, change=None, drop=()):
        """What the upstream answers; change makes other bytes of the body."""
        body = self.body()
        if change:
            body = change(body)
        upstream = http.client.HTTPConnection(self.connection.proxy.upstream, timeout=60)
        try:
            upstream.putrequest(self.method, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers:
                if name.lower() not in ('expect', 'connection') + drop:
                    upstream.putheader(name, value)
            upstream.endheaders(body or None)
            got = upstream.getresponse()
            answer = Answer(got.status, got.reason, got.getheaders(), got.read())
        finally:
            upstream.close()
        self.length = answer.field('content-length')
        answer.drop('content-length', 'transfer-encoding', 'connection')
        return answer

    # The answer.

    def write(self, data):
        self.connection.write(data)

    def head(self, answer, more=0):
        """The head of an answer that tells of so many bytes more than there are."""
        length = self.length if self.method == 'HEAD' else len(answer.body)
        return answer.head(int(length or 0) + more)

    def send(self, answer, more=0):
        """All of it."""
        self.write(self.head(answer, more) + (answer.body if self.method != 'HEAD' else b''))

    def begin(self, answer, more=0):
        """Its head, and a part of its body."""
        self.write(self.head(answer, more))
        if self.method != 'HEAD':
            self.write(self.part(answer.body))

    def say(self, status, body=b'', headers=()):
        """An answer of our own; the upstream is not asked."""
        self.body()
        self.length = str(len(body))
        self.send(Answer(status, '', headers, body))

    def reset(self):
        self.connection.reset()
        raise Gone

    def close(self):
        raise Gone

    def wait(self, seconds):
        """Nothing comes for a while, or until the client has gone."""
        self.connection.wait(seconds)

    def part(self, data):
        """What of it is sent before something happens."""
        return data[:self.chance.randrange(len(data))] if data else b''


class Connection:
    def __init__(self, proxy, sock):
        self.proxy, self.sock, self.file = proxy, sock, sock.makefile('rb')

    def write(self, data):
        try:
            self.sock.sendall(data)
        except OSError as e:
            raise Gone from e

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.file.close()
        self.sock.close()

    def wait(self, seconds):
        self.sock.settimeout(seconds)
        try:
            if self.sock.recv(1, socket.MSG_PEEK) == b'':
                raise Gone
            time.sleep(seconds)
        except socket.timeout:
            pass
        finally:
            self.sock.settimeout(None)

    def read_turn(self):
        first = self.file.readline(65537).split()
        if len(first) != 3:
            raise Gone
        headers = []
        while True:
            line = self.file.readline(65537).strip()
            if not line:
                break
            name, _, value = line.decode('latin-1').partition(':')
            headers.append((name, value.strip()))
        return Turn(self, first[0].decode(), first[1].decode('latin-1'), headers)

    def serve(self):
        try:
            while True:
                turn = self.read_turn()
                rule = self.proxy.choose(turn)
                if rule:
                    FAULTS[rule.fault](turn)
                else:
                    turn.send(turn.forward())
        except (Gone, OSError, http.client.HTTPException, ValueError):
            pass
        finally:
            for end in (self.file.close, self.sock.close):
                try:
                    end()
                except OSError:
                    pass


class Proxy:
    """Serves from when it is made until stop(), on threads of this process."""

    def __init__(self, upstream, rules, seed='1', prefix=''):
        """prefix: what of a path is another one each time, and nothing that faults follow from."""
        self.upstream = urllib.parse.urlsplit(upstream).netloc
        self.rules, self.seed, self.prefix = [Rule.parse(rule) for rule in rules], seed, prefix
        self.lock, self.turns = threading.Lock(), {}
        self.happened = {}  # fault: how often
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=256)
        self.url = 'http://127.0.0.1:%d' % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=Connection(self, sock).serve, daemon=True).start()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def choose(self, turn):
        """The rule for a request, or None."""
        # The names of temporary keys and of uploads are others each time.
        same = re.sub(r'/tmp/[^/?]*|uploadId=[^&]*', '', turn.path.replace(self.prefix, ''))
        # What goes on where it broke is the same; what is only temporary is known by its size, or by where it goes.
        key = ' '.join([turn.method, same, re.sub(r'bytes=\d+-', '', turn.field('range') or ''),
                        turn.field('content-length') or '',
                        urllib.parse.urlsplit(turn.field('destination') or '').path.replace(self.prefix, '')])
        with self.lock:
            count = self.turns[key] = self.turns.get(key, -1) + 1
        for number, rule in enumerate(self.rules):
            seed = hashlib.sha256(('%s %d %s %d' % (self.seed, number, key, count)).encode()).digest()
            turn.chance = random.Random(seed)
            if rule.takes(turn.method, turn.path, count, turn.chance.random()):
                turn.argument = rule.argument
                with self.lock:
                    self.happened[rule.fault] = self.happened.get(rule.fault, 0) + 1
                return rule
        return None


def main():
    arguments, seed = sys.argv[1:], '1'
    if arguments and arguments[0] == '--seed':
        seed, arguments = arguments[1], arguments[2:]
    if not arguments:
        sys.exit(__doc__)
    print('ready ' + Proxy(arguments[0], arguments[1:], seed).url, flush=True)
    threading.Event().wait()


if __name__ == '__main__':
    main()
