#!/usr/bin/env python3
"""Pins what the stand-ins send to the origin, byte for byte, and how they start. Loopback only.

python3 -m unittest discover -s nixos-module/tests/stand-ins
"""

import base64
import contextlib
import json
import os
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hop import make_certificate

HERE = Path(__file__).resolve().parent
HOST = "reef.example.org"
TUNNEL = "6ff42ae2-765d-4adf-8112-31c55c1551ef"
TOKEN = base64.b64encode(json.dumps({"a": "acc", "t": TUNNEL, "s": "c2VjcmV0"}).encode()).decode()
WITHIN = 20.0


class Echo:
    """An origin that answers each request with the head it got, and with what came after it."""

    def __init__(self, address: str | None = None) -> None:
        self.listener = socket.socket(socket.AF_UNIX if address else socket.AF_INET)
        self.listener.bind(address or ("127.0.0.1", 0))
        self.listener.listen(16)
        self.service = f"unix:{address}" if address else f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections = 0
        # What is answered to a path instead of the echo, one after the other and the last for ever; None ends
        # the connection without a word.
        self.said: dict[bytes, list[bytes | None]] = {}
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            while self.answer(connection, lines):
                pass

    def answer(self, connection: socket.socket, lines: Any) -> bool:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = lines.readline()
            if not line:
                return False
            head += line
        path = head.split(b" ")[1]
        if path in self.said:
            says = self.said[path]
            said = says.pop(0) if len(says) > 1 else says[0]
            if said is None:
                return False
            connection.sendall(said)
            if b"close" not in said:
                return True
            # As servers do, lest what the client still sends resets the connection and takes the answer with it.
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(WITHIN)
            with contextlib.suppress(OSError):
                while lines.read1(4096):
                    pass
            return False
        body = b""
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                body = lines.read(int(line.split(b":")[1]))
            elif line == b"transfer-encoding: chunked":
                while size := int(lines.readline(), 16):
                    body += lines.read(size)
                    lines.readline()
                lines.readline()
        if head.startswith(b"HEAD"):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
            return True
        echo = head + body
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(echo) + echo)
        return True

    def close(self) -> None:
        # Wakes the thread that waits in accept.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fields(head: bytes) -> list[tuple[str, bytes]]:
    lines = head.split(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    return [(name.decode(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]


class StandIn(unittest.TestCase):
    """What both tests need: an origin, a folder, a certificate, and a process with its end."""

    settings_variable = "STAND_IN"

    def setUp(self) -> None:
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.origin = Echo()
        self.addCleanup(self.origin.close)
        self.certificate, self.key = make_certificate(self.folder, [HOST])
        self.port, self.plain = free_port(), free_port()

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def write(self, name: str, text: str) -> str:
        Path(self.path(name)).write_text(text, encoding="utf-8")
        return self.path(name)

    def settings(self, **more: Any) -> str:
        return self.write(
            "settings.json", json.dumps({"certificate": self.certificate, "key": self.key, **more})
        )

    def environ(self) -> dict[str, str]:
        return {
            **os.environ,
            self.settings_variable: self.path("settings.json"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    @contextlib.contextmanager
    def running(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process that has said READY=1, and is ended by its id."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind(self.path("notify"))
            notified.settimeout(WITHIN)
            environ = {**self.environ(), "NOTIFY_SOCKET": self.path("notify")}
            with open(self.path("log"), "ab") as log:
                process = subprocess.Popen(command, env=environ, stderr=log)
            try:
                self.assertEqual(notified.recv(100), b"READY=1", Path(self.path("log")).read_text())
                yield process
            finally:
                process.terminate()
                code = process.wait(WITHIN)
                os.unlink(self.path("notify"))
        self.assertEqual(code, 0, Path(self.path("log")).read_text())

    @contextlib.contextmanager
    def connected(self, secure: bool = True) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port if secure else self.plain), WITHIN) as stream:
            if not secure:
                yield stream
                return
            context = ssl.create_default_context(cafile=self.certificate)
            with context.wrap_socket(stream, server_hostname=HOST) as encrypted:
                yield encrypted

    def ask(self, stream: socket.socket, request: bytes, head_only: bool = False) -> tuple[bytes, bytes]:
        """Sends bytes and reads one answer: its head, and its body as its length says."""
        stream.sendall(request)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = stream.recv(1)
            self.assertTrue(byte, f"the connection ended after {head!r}")
            head += byte
        length = next((int(value) for name, value in fields(head) if name.lower() == "content-length"), 0)
        body = b""
        while len(body) < length and not head_only:
            data = stream.recv(length - len(body))
            self.assertTrue(data, "the body ended early")
            body += data
        return head, body

    def once(self, request: bytes, secure: bool = True) -> tuple[bytes, bytes]:
        with self.connected(secure) as stream:
            return self.ask(stream, request)


FORGED = (
    b"GET /tanks?x=%2F1 HTTP/1.1\r\nHost: reef.example.org\r\n"
    b"X-Forwarded-For: 6.6.6.6, 7.7.7.7\r\nX-Forwarded-For: \xff\xfe\r\n"
    b"X-Forwarded-Proto: http\r\nX-Forwarded-Host: evil.example\r\n"
    b"CF-Connecting-IP: 6.6.6.6\r\nTrue-Client-IP: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n"
    b"Forwarded: for=6.6.6.6;host=evil.example\r\nX_Forwarded_For: 6.6.6.6\r\n"
    b"Tailscale-Funnel-Request: no\r\nTailscale-User-Login: owner@example.org\r\n"
    b"X-Dropped: by Connection\r\nConnection: keep-alive, X-Dropped\r\nUser-Agent: a visitor\r\n\r\n"
)


class Cloudflared(StandIn):
    settings_variable = "CLOUDFLARED_STAND_IN"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(HERE / "cloudflared.py"), *arguments]

    def edge(self, **more: Any) -> None:
        told: dict[str, Any] = {"listen": f"127.0.0.1:{self.port}", "listen_plain": f"127.0.0.1:{self.plain}"}
        told.update({"hostname": HOST, "service": self.origin.service, **more})
        self.settings(**told)

    def by_token(self) -> list[str]:
        return self.command(
            "tunnel", "--no-autoupdate", "run", "--token-file", self.write("token", TOKEN + "\n")
        )

    def test_headers(self) -> None:
        self.edge()
        with self.running(*self.by_token()):
            head, echo = self.once(FORGED)
            _, plain = self.once(b"GET / HTTP/1.1\r\nHost: reef.example.org\r\n\r\n", secure=False)
        self.assertEqual(head.split(b"\r\n")[0], b"HTTP/1.1 200 OK")
        self.assertEqual(echo.split(b"\r\n")[0], b"GET /tanks?x=%2F1 HTTP/1.1")
        sent = fields(echo)
        rays = [value for name, value in sent if name == "CF-Ray"]
        self.assertRegex(rays[0].decode(), r"\A[0-9a-f]{16}-FRA\Z")
        self.assertEqual(
            [(name, value) for name, value in sent if name != "CF-Ray"],
            [
                ("Host", b"reef.example.org"),
                ("X-Forwarded-Host", b"evil.example"),
                ("True-Client-IP", b"6.6.6.6"),
                ("X-Real-IP", b"6.6.6.6"),
                ("Forwarded", b"for=6.6.6.6;host=evil.example"),
                ("X_Forwarded_For", b"6.6.6.6"),
                ("Tailscale-Funnel-Request", b"no"),
                ("Tailscale-User-Login", b"owner@example.org"),
                ("User-Agent", b"a visitor"),
                # Appended without a space, whatever stands before.
                ("X-Forwarded-For", b"6.6.6.6, 7.7.7.7,\xff\xfe,127.0.0.1"),
                ("X-Forwarded-Proto", b"https"),
                ("CF-Connecting-IP", b"127.0.0.1"),
                ("CF-Visitor", b'{"scheme":"https"}'),
                ("CF-IPCountry", b"XX"),
                ("CDN-Loop", b"cloudflare; loops=1"),
            ],
        )
        self.assertIn(("X-Forwarded-For", b"127.0.0.1"), fields(plain))
        self.assertIn(("X-Forwarded-Proto", b"http"), fields(plain))

    def test_other_hosts_end_at_the_edge_unless_it_takes_all(self) -> None:
        other = b"GET / HTTP/1.1\r\nHost: evil.example:443\r\n\r\n"
        self.edge()
        with self.running(*self.by_token()):
            head, _ = self.once(other)
            self.assertEqual(head.split(b" ")[1], b"404")
            self.assertEqual(self.origin.connections, 0)
            for host in (b"reef.example.org:443", b"REEF.example.org"):
                head, echo = self.once(b"GET / HTTP/1.1\r\nHost: %b\r\n\r\n" % host)
                self.assertIn(("Host", host), fields(echo))
        self.edge(catch_all=True)
        with self.running(*self.by_token()):
            _, echo = self.once(other)
            self.assertIn(("Host", b"evil.example:443"), fields(echo))

    def test_credentials_and_configuration(self) -> None:
        self.settings(listen=f"127.0.0.1:{self.port}")
        said = {"AccountTag": "acc", "TunnelID": TUNNEL, "TunnelSecret": "c2VjcmV0"}
        config = {
            "tunnel": TUNNEL,
            "credentials-file": self.write("credentials.json", json.dumps(said)),
            "ingress": [
                {
                    "hostname": HOST,
                    "service": self.origin.service,
                    "originRequest": {"httpHostHeader": "other.example"},
                },
                {"service": "http_status:404"},
            ],
        }
        file = self.write("config.json", json.dumps(config))
        metrics = f"127.0.0.1:{self.plain}"
        with self.running(
            *self.command("tunnel", f"--config={file}", "--metrics", metrics, "--no-autoupdate", "run")
        ):
            _, echo = self.once(b"GET / HTTP/1.1\r\nHost: reef.example.org\r\n\r\n")
            head, ready = self.once(b"GET /ready HTTP/1.1\r\nHost: x\r\n\r\n", secure=False)
        sent = fields(echo)
        self.assertIn(("Host", b"other.example"), sent)
        self.assertIn(("X-Forwarded-Host", b"reef.example.org"), sent)
        self.assertEqual(json.loads(ready)["readyConnections"], 4)
        self.write("credentials.json", "{}")
        ended = self.ended("tunnel", "--config", file, "run", TUNNEL)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("Invalid JSON when parsing tunnel credentials file", ended.stderr)

    def ended(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environ = self.environ()
        return subprocess.run(
            self.command(*arguments), env=environ, capture_output=True, text=True, timeout=WITHIN, check=False
        )

    def test_what_it_refuses(self) -> None:
        self.edge()
        not_valid = "Provided Tunnel token is not valid.\nSee 'cloudflared tunnel run --help'.\n"
        for token in ("no token", TOKEN[:-8], base64.b64encode(b"{}").decode(), TOKEN + "---"):
            file = self.write("token", token)
            ended = self.ended("tunnel", "--no-autoupdate", "run", "--token-file", file)
            self.assertEqual((ended.returncode, ended.stderr), (255, not_valid), token)
        for arguments, code, said in (
            (["--token-file", self.path("none")], 255, "Failed to read token file: open "),
            (
                ["--token-file", self.write("empty", "\n")],
                255,
                "requires the ID or name of the tunnel to run",
            ),
            (["--tokenfile", "x"], 1, "flag provided but not defined: -tokenfile"),
            ([], 255, "requires the ID or name of the tunnel to run"),
        ):
            ended = self.ended("tunnel", "--no-autoupdate", "run", *arguments)
            self.assertEqual(ended.returncode, code, arguments)
            self.assertIn(said, ended.stderr)

    def test_bodies_and_connections(self) -> None:
        large = os.urandom(3 << 20)
        self.edge()
        gone = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge"
        chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks += b"5\r\nhello\r\n3;x=y\r\n it\r\n0\r\nT: x\r\n\r\n"
        self.origin.said = {
            b"/early": [gone],
            b"/chunks": [chunks],
            b"/none": [b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"],
            b"/end": [b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nto the end"],
            b"/silent": [None],
        }
        host = b"Host: reef.example.org\r\n"
        with self.running(*self.by_token()):
            with self.connected() as stream:
                upload = b"POST /up HTTP/1.1\r\n%bContent-Length: %d\r\n\r\n" % (host, len(large))
                head, echo = self.ask(stream, upload + large)
                self.assertTrue(echo.endswith(b"\r\n\r\n" + large), "the body as it was sent")
                # On the same connection, to the same connection of the origin.
                post = b"POST /up HTTP/1.1\r\n%bTransfer-Encoding: chunked\r\n\r\n" % host
                head, echo = self.ask(stream, post + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
                self.assertTrue(echo.endswith(b"abcde"))
                self.assertIn(("Transfer-Encoding", b"chunked"), fields(echo))
                expecting = b"POST /up HTTP/1.1\r\n%bExpect: 100-continue\r\nContent-Length: 2\r\n\r\n" % host
                head, _ = self.ask(stream, expecting)
                self.assertEqual(head, b"HTTP/1.1 100 Continue\r\n\r\n")
                head, echo = self.ask(stream, b"ok")
                self.assertTrue(echo.endswith(b"ok"))
                head, _ = self.ask(stream, b"GET /none HTTP/1.1\r\n%b\r\n" % host)
                self.assertIn(b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n", head)
                head, _ = self.ask(stream, b"GET /chunks HTTP/1.1\r\n%b\r\n" % host)
                self.assertIn(("Transfer-Encoding", b"chunked"), fields(head))
                body = b""
                while not body.endswith(b"0\r\n\r\n"):
                    body += stream.recv(100)
                self.assertEqual(body, b"5\r\nhello\r\n3\r\n it\r\n0\r\n\r\n")
                head, body = self.ask(stream, b"HEAD / HTTP/1.1\r\n%b\r\n" % host, head_only=True)
                self.assertEqual(head.split(b" ")[1], b"200")
                head, body = self.ask(stream, b"GET /last HTTP/1.1\r\n%b\r\n" % host)
                self.assertTrue(body.startswith(b"GET /last"))
            # An answer before the body has been sent arrives, and ends the connection.
            with self.connected() as stream:
                early = b"POST /early HTTP/1.1\r\n%bContent-Length: 1000000\r\n\r\nonly a part" % host
                head, body = self.ask(stream, early)
                self.assertEqual((head.split(b" ")[1], body), (b"413", b"large"))
                self.assertIn(("Connection", b"close"), fields(head))
            with self.connected() as stream:
                head, _ = self.ask(stream, b"GET /end HTTP/1.1\r\n%b\r\n" % host)
                body = b""
                while data := stream.recv(100):
                    body += data
                self.assertEqual(body, b"to the end")
            head, _ = self.once(b"GET /silent HTTP/1.1\r\n%b\r\n" % host)
            self.assertEqual(head.split(b" ")[1], b"502")
            for bad in (
                b"GET / HTTP/1.1\r\n\r\n",
                b"GET / HTTP/1.1\r\n%b%b\r\n" % (host, host),
                b"GET /\r\n\r\n",
            ):
                head, _ = self.once(bad)
                self.assertEqual(head.split(b" ")[1], b"400", bad)

    def test_a_kept_connection_that_the_origin_closed_is_no_failure(self) -> None:
        self.edge()
        once = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        self.origin.said = {b"/once": [once, once, None, once]}
        request = b"GET /once HTTP/1.1\r\nHost: reef.example.org\r\n\r\n"
        with self.running(*self.by_token()), self.connected() as stream:
            for connections in (1, 1, 2):
                self.assertEqual(self.ask(stream, request)[1], b"ok")
                self.assertEqual(self.origin.connections, connections)
            # What has a body may have been carried out before the connection ended: it is not sent twice.
            self.origin.said = {b"/once": [None, once]}
            post = b"POST /once HTTP/1.1\r\nHost: reef.example.org\r\nContent-Length: 1\r\n\r\nx"
            head, _ = self.ask(stream, post)
            self.assertEqual(head.split(b" ")[1], b"502")

    def test_unix_socket(self) -> None:
        unix = Echo(self.path("origin.sock"))
        self.addCleanup(unix.close)
        self.edge(service=unix.service)
        with self.running(*self.by_token()):
            _, echo = self.once(b"GET / HTTP/1.1\r\nHost: reef.example.org\r\n\r\n")
        self.assertIn(("Host", b"reef.example.org"), fields(echo))


class Tailscale(StandIn):
    settings_variable = "TAILSCALE_STAND_IN"

    def setUp(self) -> None:
        super().setUp()
        # The name decides which of the two it is.
        for name in ("tailscale", "tailscaled"):
            os.symlink(HERE / "tailscale.py", self.path(name))
        self.tailnet()

    def tailnet(self, **more: Any) -> None:
        self.settings(dns_name=HOST, listen="127.0.0.1", ports={"443": self.port}, **more)

    def daemon(self) -> list[str]:
        socket_path, state = self.path("tailscaled.sock"), self.path("state")
        return [
            sys.executable,
            self.path("tailscaled"),
            f"--state={state}",
            f"--socket={socket_path}",
            "--port=0",
        ]

    def tailscale(self, *arguments: str, timeout: float = WITHIN) -> "subprocess.CompletedProcess[str]":
        command = [
            sys.executable,
            self.path("tailscale"),
            f"--socket={self.path('tailscaled.sock')}",
            *arguments,
        ]
        environ = self.environ()
        return subprocess.run(
            command, env=environ, capture_output=True, text=True, timeout=timeout, check=False
        )

    def is_open(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def status(self) -> Any:
        return json.loads(self.tailscale("funnel", "status", "--json").stdout)

    def test_headers(self) -> None:
        with self.running(*self.daemon()):
            done = self.tailscale("funnel", "--bg", "--https=443", self.origin.service)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"https://{HOST}/", done.stdout)
            head, echo = self.once(FORGED)
        self.assertEqual(head.split(b"\r\n")[0], b"HTTP/1.1 200 OK")
        self.assertEqual(
            fields(echo),
            [
                ("Host", b"reef.example.org"),
                ("CF-Connecting-IP", b"6.6.6.6"),
                ("True-Client-IP", b"6.6.6.6"),
                ("X-Real-IP", b"6.6.6.6"),
                ("X_Forwarded_For", b"6.6.6.6"),
                ("User-Agent", b"a visitor"),
                ("X-Forwarded-Host", b"reef.example.org"),
                ("X-Forwarded-Proto", b"https"),
                # Set, whatever the client sent.
                ("X-Forwarded-For", b"127.0.0.1"),
                ("Tailscale-Funnel-Request", b"?1"),
            ],
        )

    def test_another_host_under_the_right_name_goes_on(self) -> None:
        with self.running(*self.daemon()):
            self.tailscale("funnel", "--bg", self.origin.service)
            _, echo = self.once(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        self.assertIn(("Host", b"evil.example"), fields(echo))
        self.assertIn(("X-Forwarded-Host", b"evil.example"), fields(echo))

    def test_unix_socket_gets_the_host_localhost(self) -> None:
        unix = Echo(self.path("origin.sock"))
        self.addCleanup(unix.close)
        with self.running(*self.daemon()):
            self.tailscale("funnel", "--bg", unix.service)
            _, echo = self.once(b"GET / HTTP/1.1\r\nHost: reef.example.org\r\n\r\n")
        self.assertIn(("Host", b"localhost"), fields(echo))
        self.assertIn(("X-Forwarded-Host", b"reef.example.org"), fields(echo))

    def test_status_and_off(self) -> None:
        published = {
            "TCP": {"443": {"HTTPS": True}},
            "Web": {f"{HOST}:443": {"Handlers": {"/": {"Proxy": self.origin.service}}}},
            "AllowFunnel": {f"{HOST}:443": True},
        }
        with self.running(*self.daemon()):
            self.assertEqual(self.status(), {})
            self.tailscale("funnel", "--bg", "--https=443", self.origin.service)
            self.assertEqual(self.status(), published)
            text = self.tailscale("funnel", "status", "--json").stdout
            self.assertIn(f'"Proxy": "{self.origin.service}"', text)
        # It is kept across a restart of the daemon.
        with self.running(*self.daemon()):
            self.assertEqual(self.status(), published)
            self.once(b"GET / HTTP/1.1\r\nHost: reef.example.org\r\n\r\n")
            off = self.tailscale("funnel", "--https=443", "off")
            self.assertEqual(off.returncode, 0, off.stderr)
            self.assertEqual(self.status(), {})
            again = self.tailscale("funnel", "--https=443", "off")
            self.assertEqual(again.returncode, 1)
            self.assertIn("handler does not exist", again.stderr)
            # The listener is closed a moment after it was told to.
            deadline = time.monotonic() + WITHIN
            while self.is_open():
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)

    def test_without_the_capability(self) -> None:
        self.tailnet(funnel="ask")
        with self.running(*self.daemon()):
            asked = self.tailscale("funnel", "--bg", "--https=443", self.origin.service)
            self.assertEqual(asked.returncode, 0)
            self.assertIn("To enable, visit:", asked.stdout)
            self.assertEqual(self.status(), {})
            self.tailnet(funnel="wait")
            with self.assertRaises(subprocess.TimeoutExpired):
                self.tailscale("funnel", "--bg", "--https=443", self.origin.service, timeout=2)
            self.tailnet(funnel="tailnet")
            self.tailscale("funnel", "--bg", "--https=443", self.origin.service)
            self.assertNotIn("AllowFunnel", self.status())
            _, echo = self.once(b"GET / HTTP/1.1\r\nHost: reef.example.org\r\n\r\n")
            self.assertNotIn("Tailscale-Funnel-Request", [name for name, _ in fields(echo)])

    def test_without_the_daemon(self) -> None:
        done = self.tailscale("funnel", "--bg", "--https=443", self.origin.service)
        self.assertEqual(done.returncode, 1)
        self.assertIn("it doesn't appear to be running", done.stderr)
        for wrong in (["funnel", "--https=80", "8000"], ["funnel", "--udp=1", "8000"], ["sing"]):
            self.assertNotEqual(self.tailscale(*wrong).returncode, 0, wrong)


class MailSink(StandIn):
    def setUp(self) -> None:
        super().setUp()
        self.settings()

    def test_keeps_every_mail_as_it_was_sent(self) -> None:
        command = [sys.executable, str(HERE / "mailsink.py"), f"127.0.0.1:{self.port}", self.path("mails")]
        with self.running(*command):
            self.assertEqual(Path(self.path("mails")).read_bytes(), b"")
            with smtplib.SMTP("127.0.0.1", self.port, timeout=WITHIN) as to:
                for text in ("Subject: 1\r\n\r\n.one\r\n..\r\n", "Subject: 2\r\n\r\n"):
                    to.sendmail("a@example.org", ["b@example.org"], text)
            lines = Path(self.path("mails")).read_bytes().split(b"\n")
        mails = [base64.b64decode(line) for line in lines]
        self.assertEqual(mails, [b"Subject: 1\r\n\r\n.one\r\n..\r\n", b"Subject: 2\r\n\r\n", b""])

    def test_is_for_loopback_alone(self) -> None:
        command = [sys.executable, str(HERE / "mailsink.py"), f"0.0.0.0:{self.port}", self.path("mails")]
        done = subprocess.run(
            command, env=self.environ(), capture_output=True, text=True, timeout=WITHIN, check=False
        )
        self.assertEqual((done.returncode, "not on loopback" in done.stderr), (1, True))


if __name__ == "__main__":
    unittest.main()
