#!/usr/bin/python3
"""odd_sftp.py DIR: a server of SFTP that is not OpenSSH, below DIR/area, on a free loopback port.

Prints "ready sftp://mlv@127.0.0.1:PORT" and serves until it is killed; DIR/known has its key. Logs in who has the
password secret: the user mlv by password, the user asked by questions and answers. Its lines of directories have the
day before the month, so that a client which reads those of OpenSSH cannot. The first component of a path is the way:

  plain   as one expects
  nosize  sizes of files are not told
  full    no file takes more than 100,000 bytes
  closed  nothing can be written
"""
import logging
import os
import socket
import sys
import threading

import paramiko
from paramiko import sftp

MOST = 100000


class Handle(paramiko.SFTPHandle):
    def __init__(self, file, way, flags):
        super().__init__(flags)
        self.readfile = self.writefile = self.file = file
        self.way = way

    def write(self, offset, data):
        if self.way == "full" and offset + len(data) > MOST:
            return sftp.SFTP_FAILURE
        return super().write(offset, data)


class Files(paramiko.SFTPServerInterface):
    area = None

    def place(self, path):
        parts = [part for part in path.split("/") if part and part not in (".", "..")]
        return os.path.join(self.area, *parts), parts[0] if parts else ""

    def tried(self, call, *args):
        try:
            call(*args)
            return sftp.SFTP_OK
        except OSError as e:
            return paramiko.SFTPServer.convert_errno(e.errno)

    def list_folder(self, path):
        where, _ = self.place(path)
        try:
            found = []
            for name in os.listdir(where):
                attr = paramiko.SFTPAttributes.from_stat(os.lstat(os.path.join(where, name)))
                attr.filename = name
                found.append(attr)
            return found
        except OSError as e:
            return paramiko.SFTPServer.convert_errno(e.errno)

    def stat(self, path):
        where, way = self.place(path)
        try:
            attr = paramiko.SFTPAttributes.from_stat(os.stat(where))
        except OSError as e:
            return paramiko.SFTPServer.convert_errno(e.errno)
        if way == "nosize":
            attr.st_size = None
        return attr

    lstat = stat

    def open(self, path, flags, attr):
        where, way = self.place(path)
        if way == "closed" and flags & (os.O_WRONLY | os.O_RDWR):
            return sftp.SFTP_PERMISSION_DENIED
        try:
            fd = os.open(where, flags, 0o644)
            return Handle(os.fdopen(fd, "wb" if flags & os.O_WRONLY else "rb"), way, flags)
        except OSError as e:
            return paramiko.SFTPServer.convert_errno(e.errno)

    def remove(self, path):
        return self.tried(os.remove, self.place(path)[0])

    def mkdir(self, path, attr):
        return self.tried(os.mkdir, self.place(path)[0])

    def rename(self, old, new):
        to = self.place(new)[0]
        if os.path.lexists(to):
            return sftp.SFTP_FAILURE
        return self.tried(os.rename, self.place(old)[0], to)


class Door(paramiko.ServerInterface):
    def get_allowed_auths(self, user):
        return "keyboard-interactive" if user == "asked" else "password"

    def check_auth_password(self, user, password):
        return paramiko.AUTH_SUCCESSFUL if (user, password) == ("mlv", "secret") else paramiko.AUTH_FAILED

    def check_auth_interactive(self, user, submethods):
        return paramiko.InteractiveQuery("", "", "Password: ")

    def check_auth_interactive_response(self, responses):
        return paramiko.AUTH_SUCCESSFUL if responses == ["secret"] else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, number):
        return paramiko.OPEN_SUCCEEDED


def serve(connection, key):
    transport = paramiko.Transport(connection)
    transport.add_server_key(key)
    transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
    channels = []  # one that nobody holds is closed
    try:
        transport.start_server(server=Door())
        while transport.is_active():
            channels.append(transport.accept(60))
    except (paramiko.SSHException, EOFError, OSError):
        pass


def main():
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    directory = os.path.abspath(sys.argv[1])
    Files.area = os.path.join(directory, "area")
    for way in ("plain", "nosize", "full", "closed"):
        os.makedirs(os.path.join(Files.area, way), exist_ok=True)
    key = paramiko.ECDSAKey.generate()
    door = socket.create_server(("127.0.0.1", 0), backlog=64)
    port = door.getsockname()[1]
    with open(os.path.join(directory, "known"), "w") as f:
        f.write("[127.0.0.1]:%d %s %s\n" % (port, key.get_name(), key.get_base64()))
    print("ready sftp://mlv@127.0.0.1:%d" % port, flush=True)
    while True:
        threading.Thread(target=serve, args=(door.accept()[0], key), daemon=True).start()


main()
