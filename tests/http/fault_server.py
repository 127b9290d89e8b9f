# SPDX-License-Identifier: Apache-2.0
"""A server that answers as it is told, and remembers what it was sent.

    fault_server.py [--tls FOLDER]

Says where it listens with one line of JSON on standard output:

    {"plain": 40001, "other": 40002, "closed": 40003, ...}

"plain" plays; "other" and "proxy" take down whatever arrives and answer
nothing; on "closed" nobody listens. With --tls, certificates are made in
FOLDER, and "good", "wrong-name", "expired", "early", "self-signed", "old" (TLS
1.1) and "client" (wants a certificate) play over TLS.

Then obeys lines of JSON on standard input, each answered by one line:

    {"play": [ANSWER, ...]}  one for each request that comes, the last for all
                             that follow; what was recorded is forgotten
    {"record": true}         what has come so far: requests and connections

An ANSWER is a list of steps, done once the request was read:

    {"unread": true}             first of all: do not read a request
    {"read": N}                  first of all: read N bytes of it and no more
    {"send": TEXT}               bytes, as ISO 8859-1
    {"send": TEXT, "times": N}   over and over; N may be -1: for ever
    {"drip": TEXT, "every": S}   byte by byte
    {"delay": S}
    {"close": true}, {"reset": true}
    {"echo": true}               the request's own body, as an answer

After the last step the next request is read from the same connection.
"""

import argparse
import json
import socket
import ssl
import struct
import sys
import threading
import time
import warnings

from certificates import Certificates


class Record:
    """What has come, and what is to be answered."""

    def __init__(self):
        self._lock = threading.Lock()
        self._answers = [[{"close": True}]]
        self._next = 0
        self._requests = []
        self._connections = {}

    def play(self, answers):
        with self._lock:
            self._answers, self._next = answers, 0
            self._requests, self._connections = [], {}

    def connected(self, port):
        with self._lock:
            self._connections[port] = self._connections.get(port, 0) + 1

    def upcoming(self):
        """The next answer, which stays the next one."""
        with self._lock:
            return self._answers[min(self._next, len(self._answers) - 1)]

    def take(self):
        with self._lock:
            self._next += 1
            return self._answers[min(self._next, len(self._answers)) - 1]

    def add(self, request):
        with self._lock:
            self._requests.append(request)

    def show(self):
        with self._lock:
            return {"requests": list(self._requests),
                    "connections": dict(self._connections)}


class Closed(Exception):
    """The connection is over."""


class Connection:
    def __init__(self, sock, port, record):
        self._socket = sock
        self._port = port
        self._record = record
        self._buffer = b""

    def serve(self):
        self._record.connected(self._port)
        try:
            while True:
                self._one()
        except (Closed, OSError):
            pass
        finally:
            self._socket.close()

    def _one(self):
        first = (self._record.upcoming() or [{}])[0]
        if first.get("unread"):
            request = {"body": ""}
        elif "read" in first:
            request = self._read_some(first["read"])
        else:
            request = self._read_request()
        for step in self._record.take():
            self._do(step, request)

    # Reading.

    def _fill(self):
        data = self._socket.recv(65536)
        if not data:
            raise Closed()
        self._buffer += data

    def _read_some(self, size):
        while len(self._buffer) < size:
            self._fill()
        text = self._buffer[:size].decode("latin-1")
        request = {"port": self._port, "part": text, "body": ""}
        self._record.add(request)
        return request

    def _read_request(self):
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = [line.split(": ", 1) if ": " in line
                   else [line.rstrip(":"), ""] for line in lines[1:]]
        length = 0
        for name, value in headers:
            if name.lower() == "content-length":
                length = int(value)
        while len(self._buffer) < length:
            self._fill()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        request = {"port": self._port, "method": method, "path": path,
                   "headers": headers, "body": body.decode("latin-1")}
        self._record.add(request)
        return request

    # Answering.

    def _do(self, step, request):
        if "send" in step:
            self._send(step["send"].encode("latin-1"), step.get("times", 1))
        elif "drip" in step:
            for byte in step["drip"].encode("latin-1"):
                self._socket.sendall(bytes([byte]))
                time.sleep(step["every"])
        elif "delay" in step:
            time.sleep(step["delay"])
        elif "echo" in step:
            body = request["body"].encode("latin-1")
            self._socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n"
                                 b"\r\n%s" % (len(body), body))
        elif "reset" in step:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                    struct.pack("ii", 1, 0))
            raise Closed()
        elif "close" in step:
            raise Closed()

    def _send(self, data, times):
        if times > 1 and len(data) * times <= 1 << 20:
            data, times = data * times, 1
        while times != 0:
            self._socket.sendall(data)
            times -= 1


def listen(backlog=512):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    sock.listen(backlog)
    return sock


def in_background(function, *arguments):
    threading.Thread(target=function, args=arguments, daemon=True).start()


def accept_all(listener, handle):
    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        in_background(handle, sock)


def shake_hands(sock):
    """Where it fails, the peer is given the time to read why."""
    try:
        sock.do_handshake()
    except OSError:
        sock.settimeout(1)
        socket.socket.shutdown(sock, socket.SHUT_WR)
        while socket.socket.recv(sock, 65536):
            pass
        raise


def serve_port(name, record, context=None):
    """Plays on a port of its own, whose number comes out."""
    def handle(sock):
        try:
            if context is not None:
                sock = context.wrap_socket(sock, server_side=True,
                                           do_handshake_on_connect=False)
                shake_hands(sock)
            Connection(sock, name, record).serve()
        except OSError:
            sock.close()

    listener = listen()
    in_background(accept_all, listener, handle)
    return listener.getsockname()[1]


def watch_port(name, record):
    """Takes down what arrives. Nobody has any business here."""
    def handle(sock):
        record.connected(name)
        try:
            sock.settimeout(5)
            while data := sock.recv(65536):
                record.add({"port": name, "part": data.decode("latin-1"),
                            "body": ""})
        except OSError:
            pass
        sock.close()

    listener = listen()
    in_background(accept_all, listener, handle)
    return listener.getsockname()[1]


def closed_socket():
    """Bound and not listened on, so that nobody else gets its port."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock


def serve_tls(folder, record):
    made = Certificates(folder)
    made.make("good")
    made.make("wrong-name", san="DNS:elsewhere.example")
    made.make("expired", end="20210101000000Z")
    made.make("early", begin="20900101000000Z")
    made.make_self_signed("self-signed")
    contexts = {name: made.context(name) for name in
                ("good", "wrong-name", "expired", "early", "self-signed")}
    contexts["old"] = made.context("good")
    contexts["old"].set_ciphers("ALL:@SECLEVEL=0")
    contexts["old"].minimum_version = ssl.TLSVersion.TLSv1
    contexts["old"].maximum_version = ssl.TLSVersion.TLSv1_1
    contexts["client"] = made.context("good")
    contexts["client"].verify_mode = ssl.CERT_REQUIRED
    contexts["client"].load_verify_locations(made.path("ca.pem"))
    return {name: serve_port(name, record, context)
            for name, context in contexts.items()}


def obey(command, record):
    if "play" in command:
        record.play(command["play"])
        return {"playing": len(command["play"])}
    return record.show()


def main():
    warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.1, on purpose.
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls")
    arguments = parser.parse_args()
    record = Record()
    closed = closed_socket()
    ports = {"plain": serve_port("plain", record),
             "other": watch_port("other", record),
             "proxy": watch_port("proxy", record), "closed": closed.getsockname()[1]}
    if arguments.tls:
        ports.update(serve_tls(arguments.tls, record))
    print(json.dumps(ports), flush=True)
    for line in sys.stdin:
        print(json.dumps(obey(json.loads(line), record)), flush=True)


if __name__ == "__main__":
    main()
