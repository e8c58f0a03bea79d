"""chaos_faults.py: what goes wrong in the proxy of chaos.py, a function each, with a sentence of what it does.

It is given the Turn of chaos.py: one request, which may be forwarded, answered, or cut.
"""
import functools
import gzip
import re
import time
import zlib

WITHOUT_BODY = (204, 304)
FAULTS = {}


class Answer:
    def __init__(self, status, reason='', headers=(), body=b''):
        self.status, self.reason, self.headers, self.body = status, reason, list(headers), body

    def field(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def drop(self, *names):
        self.headers = [(key, value) for key, value in self.headers if key.lower() not in names]

    def head(self, length):
        headers = list(self.headers)
        if length is not None and self.status not in WITHOUT_BODY:
            headers.append(('Content-Length', str(length)))
        return ('HTTP/1.1 %d %s\r\n%s\r\n' % (self.status, self.reason or 'Chaos', ''.join(
            '%s: %s\r\n' % header for header in headers))).encode('latin-1')


def fault(function):
    FAULTS[function.__name__] = function
    return function


def fault_of_body(function):
    """What is invented is no answer to HEAD: nobody could tell it from a true one."""
    FAULTS[function.__name__] = lambda turn: turn.send(turn.forward()) if turn.method == 'HEAD' else function(turn)
    return function


# Connections.

@fault
def reset(turn):
    """Reset after the head of the request."""
    turn.reset()


@fault
def reset_within(turn):
    """Reset after a part of the request's body; the upstream sees none of it."""
    turn.connection.file.read(int(turn.field('content-length') or 0) // 2)
    turn.reset()


@fault
def lost(turn):
    """The upstream does what is asked; the client never learns."""
    turn.forward()
    turn.reset()


@fault
def reset_head(turn):
    """Reset within the head of the answer."""
    head = turn.forward().head(0)
    turn.write(turn.part(head))
    turn.reset()


@fault
def reset_body(turn):
    """Reset within the body of the answer."""
    turn.begin(turn.forward())
    turn.reset()


@fault
def cut_head(turn):
    """The connection ends within the head of the answer."""
    head = turn.forward().head(0)
    turn.write(turn.part(head))
    turn.close()


@fault
def cut_body(turn):
    """The connection ends within the body of the answer."""
    turn.begin(turn.forward())
    turn.close()


@fault
def cut_unsaid(turn):
    """The same, of a body whose length was not announced."""
    answer = turn.forward()
    turn.write(answer.head(None) + turn.part(answer.body))
    turn.close()


@fault
def close_after(turn):
    """The connection ends after the answer, which did not say so."""
    turn.send(turn.forward())
    turn.close()


@fault
def reset_after(turn):
    """The connection is reset a moment after the answer."""
    turn.send(turn.forward())
    time.sleep(0.01)
    turn.reset()


@fault
def junk(turn):
    """What comes is no HTTP."""
    turn.body()
    turn.write(b'\x00\xffSSH-2.0-OpenSSH\r\n\r\n')
    turn.close()


# Time.

@fault
def late(turn):
    """The answer comes late."""
    answer = turn.forward()
    turn.wait(float(turn.argument or 0.3))
    turn.send(answer)


@fault
def stall(turn):
    """Nothing comes for a while, and then the end."""
    turn.forward()
    turn.wait(float(turn.argument or 5))
    turn.close()


@fault
def stall_head(turn):
    """The same, after a part of the answer's head."""
    head = turn.forward().head(0)
    turn.write(turn.part(head))
    turn.wait(float(turn.argument or 5))
    turn.close()


@fault
def stall_body(turn):
    """The same, after a part of its body."""
    turn.begin(turn.forward(), 1)
    turn.wait(float(turn.argument or 5))
    turn.close()


@fault
def drip_head(turn):
    """A byte of the head every tenth of a second, for a minute."""
    turn.forward()
    turn.write(b'HTTP/1.1 200 OK\r\nX-Drip: ')
    for _ in range(600):
        turn.write(b'.')
        turn.wait(0.1)
    turn.close()


@fault_of_body
def drip_body(turn):
    """A byte of the body every tenth of a second, for a minute."""
    turn.forward()
    turn.write(Answer(200).head(1 << 20))
    for _ in range(600):
        turn.write(b'.')
        turn.wait(0.1)
    turn.close()


# Answers that say no.

def xml_error(code):
    return b"<?xml version='1.0'?><Error><Code>%s</Code><Message>chaos</Message></Error>" % code.encode()


@fault
def status(turn):
    """ARGUMENT is the status, and the code of the error and a Retry-After, if there are such: 503,SlowDown,1."""
    number, code, after = (turn.argument + ',,').split(',')[:3]
    turn.say(int(number), xml_error(code) if code else b'chaos', [('Retry-After', after)] if after else [])


@fault_of_body
def error_200(turn):
    """A success whose body is an error, with an ARGUMENT for its code."""
    turn.say(200, xml_error(turn.argument or 'InternalError'), [('Content-Type', 'application/xml')])


@fault_of_body
def page(turn):
    """A page for people instead, as a login portal gives."""
    turn.say(200, b'<html>log in</html>', [('Content-Type', 'text/html')])


@fault
def stale(turn):
    """What is there is not found."""
    turn.say(404, xml_error('NoSuchKey'))


@fault
def redirect(turn):
    """To ARGUMENT, which may hold {self} and {path}."""
    to = turn.argument.format(self=turn.connection.proxy.url, path=turn.path)
    turn.say(turn.chance.choice([301, 302, 307, 308]), b'', [('Location', to)] if to else [])


# Answers that lie.

def flip(chance, data):
    if not data:
        return data
    bit = chance.randrange(len(data) * 8)
    return data[:bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1:]


@fault
def flip_up(turn):
    """A bit of the request's body changes on its way."""
    turn.send(turn.forward(lambda body: flip(turn.chance, body)))


@fault
def flip_down(turn):
    """A bit of the answer's body changes on its way."""
    answer = turn.forward()
    answer.body = flip(turn.chance, answer.body)
    turn.send(answer)


@fault
def flip_field(turn):
    """A character of a header changes on its way; ARGUMENT names it."""
    answer = turn.forward()
    if turn.argument == 'content-length':
        return turn.send(answer, turn.chance.choice([-1, 1, 2, 4]))
    for i, (name, value) in enumerate(answer.headers):
        if name.lower() == turn.argument and value:
            at = turn.chance.randrange(len(value))
            answer.headers[i] = (name, value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1:])
    return turn.send(answer)


@fault
def short(turn):
    """The end of the body is missing, and Content-Length agrees."""
    answer = turn.forward()
    answer.body = turn.part(answer.body)
    turn.send(answer)


@fault
def long(turn):
    """Content-Length is more than what comes before the connection ends."""
    turn.send(turn.forward(), 100)
    turn.close()


@fault
def more(turn):
    """More bytes come than there are, and Content-Length agrees."""
    answer = turn.forward()
    answer.body += bytes(turn.chance.randrange(1, 5000))
    turn.send(answer)


@fault
def twice(turn):
    """The answer comes two times, at once: one that comes later is the answer to what is asked next, for all HTTP tells."""
    answer = turn.forward()
    whole = turn.head(answer) + (answer.body if turn.method != 'HEAD' else b'')
    turn.write(whole + whole)


@fault
def range_other(turn):
    """Another range than was asked for."""
    answer = turn.forward()
    if answer.status in (200, 206):
        answer.drop('content-range')
        answer.headers.append(('Content-Range', 'bytes %d-%d/%d' % (7, 6 + len(answer.body), 7 + len(answer.body))))
        answer.status = 206
    turn.send(answer)


@fault
def range_ignored(turn):
    """All of it, whatever range was asked for."""
    turn.send(turn.forward(drop=('range', 'if-range')))


@fault
def range_refused(turn):
    """416, whatever range was asked for."""
    if turn.field('range'):
        return turn.say(416, b'')
    return turn.send(turn.forward())


@fault
def range_unsaid(turn):
    """206 that does not say which range it is."""
    answer = turn.forward()
    if answer.status in (200, 206):
        answer.drop('content-range')
        answer.status = 206
    turn.send(answer)


# Floods and bombs.

@functools.lru_cache
def bomb_of(coding):
    zeros = bytes(64 << 20)
    return gzip.compress(zeros, 1) if coding == 'gzip' else zlib.compress(zeros, 1)


@fault_of_body
def bomb(turn):
    """A small body that is large when it is decompressed: ARGUMENT is gzip or deflate."""
    turn.forward()
    body = bomb_of(turn.argument)
    turn.length = str(len(body))
    turn.send(Answer(200, '', [('Content-Encoding', turn.argument)], body))


def flood(turn, piece):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        turn.write(piece)


@fault
def flood_head(turn):
    """Headers without end."""
    turn.forward()
    turn.write(b'HTTP/1.1 200 OK\r\n')
    flood(turn, b''.join(b'X-%d: %s\r\n' % (i, b'y' * 1000) for i in range(64)))


@fault
def flood_line(turn):
    """One header without end."""
    turn.forward()
    turn.write(b'HTTP/1.1 200 OK\r\nX-Long: ')
    flood(turn, b'y' * 65536)


@fault_of_body
def flood_body(turn):
    """A body without end; ARGUMENT is the status."""
    turn.forward()
    turn.write(b'HTTP/1.1 %s Chaos\r\nTransfer-Encoding: chunked\r\n\r\n' % (turn.argument or '200').encode())
    flood(turn, b'10000\r\n' + b'y' * 65536 + b'\r\n')


# Lists of a store.

@fault
def list_less(turn):
    """Some keys are missing in a list."""
    answer = turn.forward()
    answer.body = re.sub(rb'<Contents>.*?</Contents>', lambda found: found[0] if turn.chance.random() < 0.5 else b'',
                         answer.body, flags=re.S)
    turn.send(answer)


@fault
def list_round(turn):
    """A list without end: ARGUMENT is after how many pages it comes back to where it was; 0: never."""
    found = re.search(r'continuation-token=(\d+)', turn.path)
    token, round_ = int(found[1]) + 1 if found else 0, int(turn.argument or 3)
    keys = b''.join(b'<Contents><Key>key-%d-%d</Key><Size>1</Size></Contents>' % (token, i) for i in range(100))
    turn.say(200, b'<ListBucketResult>%s<IsTruncated>true</IsTruncated><NextContinuationToken>%d'
             b'</NextContinuationToken></ListBucketResult>' % (keys, token % round_ if round_ else token))


HOSTILE_KEYS = [b'../../../../etc/passwd', b'/etc/passwd', b'packs/../../x', b'a//b', b'%00', b'a%00b', b'%0a', b'.',
                b'objects/ab/' + b'c' * 60000, b'packs/d-' + b'0' * 64 + b'.pack', b'%ff%fe', b'%zz', b'']


@fault
def list_hostile(turn):
    """Keys that no store has are put into a list."""
    answer = turn.forward()
    prefix = re.search(rb'<Prefix>(.*?)</Prefix>', answer.body)
    base = prefix[1] if prefix else b''
    keys = HOSTILE_KEYS + [base + key for key in HOSTILE_KEYS]
    more = b''.join(b'<Contents><Key>%s</Key><Size>18446744073709551615</Size></Contents>' % key for key in keys)
    answer.body = answer.body.replace(b'</ListBucketResult>', more + b'</ListBucketResult>')
    turn.send(answer)


@fault
def list_broken(turn):
    """A key that no XML can hold is put into a list, or one that is longer than any can be."""
    answer = turn.forward()
    key = b'c' * 70000 if turn.argument == 'long' else b'&#0;'
    answer.body = answer.body.replace(b'</ListBucketResult>', b'<Contents><Key>%s</Key></Contents></ListBucketResult>' % key)
    turn.send(answer)


@fault_of_body
def xml_bomb(turn):
    """A document whose entities grow without bound."""
    entities = b''.join(b'<!ENTITY e%d "%s">' % (i, b'&e%d;' % (i - 1) * 10) for i in range(1, 10))
    turn.say(int(turn.argument or 200), b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">' + entities +
             b']><ListBucketResult>&e9;</ListBucketResult>')


@fault_of_body
def xml_deep(turn):
    """A document of a million elements in each other."""
    turn.say(int(turn.argument or 200), b'<a>' * 1000000)
