#!/usr/bin/env python3
"""Bounded load through the hop, from a machine of a test. Every request counts; nothing is retried.

    load.py start --state FILE [--connect HOST:PORT] [--ca FILE] [--header 'NAME: VALUE']... URL PATH...
    load.py stop --state FILE

`start` returns once the first requests have been answered or have failed; a process of its own goes on until
`stop`, or until --seconds are over. `stop` prints {"good": N, "bad": {"what was seen": N}}.

Half of the clients keep their connection as long as the other end does, the others make a new one each time.
"""

import argparse
import collections
import http.client
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
import urllib.parse

# A request that takes this long has failed: a person would have gone away.
PATIENCE = 30
# Between two requests of one client, so that a slow machine is not kept busy by the load alone.
PAUSE = 0.02


class Client(threading.Thread):
    def __init__(self, options: argparse.Namespace, number: int, stop: threading.Event) -> None:
        super().__init__()
        self.options, self.number, self.stopping = options, number, stop
        self.keeps = number % 2 == 0
        self.good = 0
        self.bad: collections.Counter[str] = collections.Counter()
        self.connection: http.client.HTTPConnection | None = None

    def connect(self) -> http.client.HTTPConnection:
        url = urllib.parse.urlsplit(self.options.url)
        port = url.port or (443 if url.scheme == "https" else 80)
        name = url.hostname or ""
        to = (name, port)
        if self.options.connect:
            host, _, number = self.options.connect.rpartition(":")
            to = (host.strip("[]"), int(number))
        stream = socket.create_connection(to, timeout=PATIENCE)
        if url.scheme == "https":
            trust = ssl.create_default_context(cafile=self.options.ca)
            try:
                stream = trust.wrap_socket(stream, server_hostname=name)
            except Exception:
                stream.close()
                raise
        connection = http.client.HTTPConnection(name, port, timeout=PATIENCE)
        connection.sock = stream
        return connection

    def once(self, path: str) -> None:
        connection, self.connection = self.connection or self.connect(), None
        headers = {"Host": urllib.parse.urlsplit(self.options.url).netloc}
        headers.update(line.split(": ", 1) for line in self.options.header)
        if not self.keeps:
            headers["Connection"] = "close"
        kept = False
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                self.good += 1
            else:
                self.bad[f"{path}: status {answer.status}"] += 1
            kept = self.keeps and not answer.will_close
        finally:
            if not kept:
                connection.close()
        self.connection = connection if kept else None

    def run(self) -> None:
        turn = self.number
        while not self.stopping.is_set():
            path = self.options.paths[turn % len(self.options.paths)]
            turn += 1
            try:
                self.once(path)
            except (OSError, http.client.HTTPException) as error:
                self.bad[f"{path}: {type(error).__name__}: {error}"] += 1
            self.stopping.wait(PAUSE)
        if self.connection is not None:
            self.connection.close()


def work(options: argparse.Namespace, ready: int) -> None:
    """The process that makes the load: ends with a signal or after its time, and leaves the tally."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    clients = [Client(options, number, stop) for number in range(options.clients)]
    for client in clients:
        client.start()
    while not stop.is_set() and not all(client.good or client.bad for client in clients):
        time.sleep(0.05)
    os.write(ready, b"1")
    os.close(ready)
    stop.wait(options.seconds)
    stop.set()
    bad: collections.Counter[str] = collections.Counter()
    for client in clients:
        client.join()
        bad.update(client.bad)
    tally = {"good": sum(client.good for client in clients), "bad": dict(bad)}
    # Whole or not at all: `stop` may look at any moment.
    with open(f"{options.state}.new", "w", encoding="utf-8") as file:
        json.dump(tally, file)
    os.rename(f"{options.state}.new", f"{options.state}.json")


def start(options: argparse.Namespace) -> int:
    for left in (f"{options.state}.json", f"{options.state}.pid"):
        if os.path.exists(left):
            os.unlink(left)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os.setsid()
        quiet = os.open(os.devnull, os.O_RDWR)
        log = os.open(f"{options.state}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for number, to in ((0, quiet), (1, quiet), (2, log)):
            os.dup2(to, number)
        code = 1
        try:
            work(options, writer)
            code = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)
    os.close(writer)
    with open(f"{options.state}.pid", "w", encoding="utf-8") as file:
        file.write(str(pid))
    if os.read(reader, 1) != b"1":
        print(f"load.py: it ended at once, see {options.state}.log", file=sys.stderr)
        return 1
    return 0


def stop(options: argparse.Namespace) -> int:
    with open(f"{options.state}.pid", encoding="utf-8") as file:
        pid = int(file.read())
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass  # Its time was over; the tally is there, or its absence is told below.
    deadline = time.monotonic() + PATIENCE + 10
    while not os.path.exists(f"{options.state}.json"):
        if time.monotonic() > deadline:
            print(f"load.py: no tally, see {options.state}.log", file=sys.stderr)
            return 1
        time.sleep(0.05)
    with open(f"{options.state}.json", encoding="utf-8") as file:
        print(file.read())
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    starting = verbs.add_parser("start")
    starting.add_argument("--state", required=True)
    starting.add_argument("--connect", help="connect here instead of to the URL's host")
    starting.add_argument("--ca", help="trust the authorities in this file")
    starting.add_argument("--header", action="append", default=[], help="a header more")
    starting.add_argument("--clients", type=int, default=6)
    starting.add_argument("--seconds", type=float, default=300)
    starting.add_argument("url")
    starting.add_argument("paths", nargs="+")
    stopping = verbs.add_parser("stop")
    stopping.add_argument("--state", required=True)
    options = parser.parse_args()
    return start(options) if options.verb == "start" else stop(options)


if __name__ == "__main__":
    sys.exit(main())
