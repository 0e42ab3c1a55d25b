"""A small reverse proxy for tests: what the stand-ins for cloudflared and tailscaled have in common.

HTTP/1.1 on both sides, bodies streamed both ways, connections kept on both sides. Header bytes that nobody
asked to have changed go through as they came. It is made to be looked at, not to be fast or public.
"""

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

# More than any server behind takes, so that the limit that counts is that server's.
MAX_HEAD = 512 * 1024
CHUNK = 64 * 1024
# A connection on which nothing comes is closed; as long as a test could possibly pause.
IDLE = 120.0
# How long what is under way may take after the signal to stop.
GRACE = 5.0
# What a client may still send after its answer was complete, so that it reads the answer before the end.
LINGER = 2.0

HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}

Headers = list[tuple[bytes, bytes]]


def log(text: str) -> None:
    print(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} INF {text}", file=sys.stderr, flush=True)


def notify(state: str) -> None:
    """Tells systemd, when it wants to know."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.connect("\0" + path[1:] if path.startswith("@") else path)
        to.send(state.encode())


def make_certificate(folder: str, names: list[str]) -> tuple[str, str]:
    """A certificate of its own for these names, for tests that bring none."""
    certificate, key = os.path.join(folder, "stand-in.crt"), os.path.join(folder, "stand-in.key")
    # A configuration of its own: a machine's may be missing, or add what nobody asked for.
    config = os.path.join(folder, "openssl.cnf")
    with open(config, "w", encoding="ascii") as file:
        file.write("[req]\ndistinguished_name = name\nx509_extensions = more\nprompt = no\n")
        file.write(f"[name]\nCN = {names[0]}\n[more]\nbasicConstraints = critical,CA:TRUE\n")
        file.write("keyUsage = critical,digitalSignature,keyCertSign\nsubjectKeyIdentifier = hash\n")
        file.write("subjectAltName = " + ",".join(f"DNS:{name}" for name in names) + "\n")
    command = [
        "openssl",
        "req",
        "-config",
        config,
        "-x509",
        "-days",
        "30",
        "-keyout",
        key,
        "-out",
        certificate,
    ]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def tls(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def remember(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        setattr(connection, "asked_for", name)

    context.sni_callback = remember
    return context


class Malformed(Exception):
    """What came is no HTTP/1.1 that can be passed on."""


class Broken(Exception):
    """The exchange ended in the middle: whoever still listens is told by the end of the connection."""


@dataclass
class Request:
    """A request as it came, and who sent it how."""

    method: bytes
    target: bytes
    version: bytes
    headers: Headers
    visitor: str = ""
    scheme: str = "http"
    server_name: str | None = None

    def all(self, name: bytes) -> list[bytes]:
        return [value for known, value in self.headers if known.lower() == name]

    def remove(self, *names: bytes) -> None:
        self.headers = [(known, value) for known, value in self.headers if known.lower() not in names]

    def set(self, name: bytes, value: bytes) -> None:
        self.remove(name.lower())
        self.headers.append((name, value))

    def host(self) -> bytes:
        return self.all(b"host")[0]


@dataclass
class Answer:
    """What the hop answers by itself."""

    status: int
    text: str
    headers: Headers = field(default_factory=list)

    def encode(self, closing: bool) -> bytes:
        body = self.text.encode() + b"\n"
        head = f"HTTP/1.1 {self.status} {self.text}\r\nContent-Type: text/plain\r\n".encode()
        head += f"Content-Length: {len(body)}\r\n".encode() + b"".join(
            line(*header) for header in self.headers
        )
        return head + (b"Connection: close\r\n" if closing else b"") + b"\r\n" + body


# Changes the request to what the hop sends on and says where to, or answers by itself.
Rewrite = Callable[[Request], "Origin | Answer"]


def line(name: bytes, value: bytes) -> bytes:
    return name + b": " + value + b"\r\n"


def parse_head(raw: bytes) -> tuple[list[bytes], Headers]:
    """The three parts of the first line, and the fields in order."""
    first, *rest = raw[:-4].split(b"\r\n")
    parts = first.split(b" ", 2)
    if len(parts) != 3:
        raise Malformed("first line")
    headers = []
    for field_line in rest:
        name, colon, value = field_line.partition(b":")
        if not colon or not name or name != name.strip() or b" " in name:
            raise Malformed("field")
        headers.append((name, value.strip(b" \t")))
    return parts, headers


def values(headers: Headers, name: bytes) -> list[bytes]:
    return [value for known, value in headers if known.lower() == name]


def without_hop_by_hop(headers: Headers) -> Headers:
    named = {
        name.strip().lower() for value in values(headers, b"connection") for name in value.split(b",") if name
    }
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP | named]


def length_of(headers: Headers) -> int | None:
    """The length of a body; None when it comes in chunks, -1 when nothing says."""
    coding = values(headers, b"transfer-encoding")
    if coding:
        if [value.lower() for value in coding] != [b"chunked"]:
            raise Malformed("transfer coding")
        return None
    lengths = set(values(headers, b"content-length"))
    if len(lengths) > 1 or any(not value.isdigit() for value in lengths):
        raise Malformed("content length")
    return int(lengths.pop()) if lengths else -1


async def copy_length(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, length: int) -> None:
    while length > 0:
        data = await reader.read(min(CHUNK, length))
        if not data:
            raise asyncio.IncompleteReadError(b"", length)
        writer.write(data)
        await writer.drain()
        length -= len(data)


async def copy_chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        size_line = await reader.readuntil(b"\r\n")
        try:
            size = int(size_line.split(b";")[0].strip(), 16)
        except ValueError as error:
            raise Malformed("chunk size") from error
        writer.write(b"%x\r\n" % size)
        if size == 0:
            # Trailer fields are dropped, as proxies may.
            while await reader.readuntil(b"\r\n") != b"\r\n":
                pass
            writer.write(b"\r\n")
            await writer.drain()
            return
        await copy_length(reader, writer, size)
        if await reader.readexactly(2) != b"\r\n":
            raise Malformed("chunk end")
        writer.write(b"\r\n")


async def copy_to_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Origin:
    """Where requests go: http://HOST:PORT or unix:/PATH. Idle connections are kept."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.idle: list[Connection] = []

    async def connect(self) -> Connection:
        if self.service.startswith("unix:"):
            return await asyncio.open_unix_connection(self.service.removeprefix("unix:"), limit=MAX_HEAD)
        address = self.service.removeprefix("http://").rstrip("/")
        host, _, port = address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=MAX_HEAD)

    def take_idle(self) -> Connection | None:
        while self.idle:
            reader, writer = self.idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return None


class Hop:
    """Listeners that pass every request on as `rewrite` says."""

    def __init__(self, rewrite: Rewrite) -> None:
        self.rewrite = rewrite
        self.open: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int, secure: ssl.SSLContext | None) -> asyncio.Server:
        scheme = "https" if secure else "http"

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self.open.add(task)
            try:
                await self.serve(reader, writer, scheme)
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
                pass  # The client went away, which is its own affair.
            except (asyncio.TimeoutError, asyncio.CancelledError, Broken):
                pass  # Idle for too long, or the time to stop is over, or half an answer is all there is.
            finally:
                self.open.discard(task)
                writer.close()

        return await asyncio.start_server(accepted, host, port, ssl=secure, limit=MAX_HEAD, backlog=256)

    async def drain(self) -> None:
        """Lets what is under way come to its end, for a bounded time."""
        if self.open:
            _, late = await asyncio.wait(self.open, timeout=GRACE)
            for task in late:
                task.cancel()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, scheme: str) -> None:
        while await self.exchange(reader, writer, scheme):
            pass

    async def exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, scheme: str) -> bool:
        """One request and its answer; whether the connection can take another."""
        try:
            raw = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE)
        except asyncio.IncompleteReadError:
            return False
        try:
            (method, target, version), headers = parse_head(raw)
            request = Request(method, target, version, headers, scheme=scheme)
            length = length_of(headers)
            if version not in (b"HTTP/1.1", b"HTTP/1.0") or len(request.all(b"host")) != 1:
                raise Malformed("version or Host")
        except Malformed as error:
            writer.write(Answer(400, f"Bad Request ({error})").encode(True))
            await writer.drain()
            return False
        length = 0 if length == -1 else length
        peer = str(writer.get_extra_info("peername")[0])
        request.visitor = peer.removeprefix("::ffff:")
        request.server_name = getattr(writer.get_extra_info("ssl_object"), "asked_for", None)
        tokens = {
            token.strip().lower() for value in request.all(b"connection") for token in value.split(b",")
        }
        keep = version == b"HTTP/1.1" and b"close" not in tokens
        request.headers = without_hop_by_hop(request.headers)
        to = self.rewrite(request)
        if isinstance(to, Answer):
            keep = keep and length == 0
            writer.write(to.encode(not keep))
            await writer.drain()
            return keep or await linger(reader)
        if request.all(b"expect"):
            request.remove(b"expect")
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return await Exchange(self, to, request, length, reader, writer, keep).run()


async def linger(reader: asyncio.StreamReader) -> bool:
    """Reads what the client still sends for a moment, so that its answer is not lost; then no more."""
    with contextlib.suppress(asyncio.TimeoutError):
        async with asyncio.timeout(LINGER):
            while await reader.read(CHUNK):
                pass
    return False


class Exchange:
    """One request on its way to the origin and its answer back."""

    def __init__(
        self,
        hop: Hop,
        origin: Origin,
        request: Request,
        length: int | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        keep: bool,
    ) -> None:
        self.hop, self.origin, self.request, self.length = hop, origin, request, length
        self.reader, self.writer, self.keep = reader, writer, keep

    async def run(self) -> bool:
        kept = self.origin.take_idle()
        # As real ones do: a kept connection that the origin just closed is no answer, and a request without a
        # body that changes nothing may be sent again on a new one.
        if kept and self.length == 0 and self.request.method in (b"GET", b"HEAD", b"OPTIONS"):
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                return await self.over(*kept)
            kept[1].close()
            kept = None
        elif kept:
            # With a body only a connection that is surely open will do.
            kept[1].close()
            kept = None
        try:
            connection = await self.origin.connect()
        except OSError as error:
            log(f"Unable to reach the origin service {self.origin.service}: {error}")
            return await self.bad_gateway()
        try:
            return await self.over(*connection)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            connection[1].close()
            log(f"the origin service {self.origin.service} broke off: {error!r}")
            return await self.bad_gateway()

    async def bad_gateway(self) -> bool:
        self.writer.write(Answer(502, "Bad Gateway").encode(True))
        await self.writer.drain()
        return await linger(self.reader)

    def head(self) -> bytes:
        request = self.request
        framing: Headers = [(b"Transfer-Encoding", b"chunked")] if self.length is None else []
        if self.length is None:
            request.remove(b"content-length")
        head = request.method + b" " + request.target + b" HTTP/1.1\r\n"
        return head + b"".join(line(*header) for header in [*request.headers, *framing]) + b"\r\n"

    async def upload(self, to: asyncio.StreamWriter) -> None:
        if self.length is None:
            await copy_chunks(self.reader, to)
        else:
            await copy_length(self.reader, to, self.length)

    async def over(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Sends the request and brings its answer back. Raises only before any of that has gone out."""
        writer.write(self.head())
        uploading = asyncio.create_task(self.upload(writer))
        answering = asyncio.create_task(self.answer_head(reader))
        try:
            await asyncio.wait({uploading, answering}, return_when=asyncio.FIRST_COMPLETED)
            if uploading.done() and isinstance(
                uploading.exception(), (asyncio.IncompleteReadError, Malformed)
            ):
                # The client went away in the middle: the origin must not wait for the rest.
                raise Broken("upload")
            status, parts, headers = await asyncio.wait_for(answering, IDLE)
        except BaseException:
            uploading.cancel()
            answering.cancel()
            writer.close()
            raise
        body = self.request.method != b"HEAD" and status not in (204, 304)
        length = length_of(headers) if body else 0
        origin_keeps = length != -1 and b"close" not in b",".join(values(headers, b"connection")).lower()
        early = not uploading.done()
        self.keep = self.keep and not early and length != -1
        await self.send_answer(parts, headers, length, reader)
        if not uploading.done():
            uploading.cancel()
            writer.close()
            return await linger(self.reader)
        if uploading.exception() is not None:
            writer.close()
            return False
        if origin_keeps:
            self.origin.idle.append((reader, writer))
        else:
            writer.close()
        return self.keep

    async def answer_head(self, reader: asyncio.StreamReader) -> tuple[int, list[bytes], Headers]:
        while True:
            raw = await reader.readuntil(b"\r\n\r\n")
            try:
                parts, headers = parse_head(raw)
            except Malformed:
                # A status line may have no reason.
                first, _, rest = raw.partition(b"\r\n")
                parts, headers = parse_head(first + b" \r\n" + rest)
            status = int(parts[1])
            if status >= 200:
                return status, parts, headers

    async def send_answer(
        self, parts: list[bytes], headers: Headers, length: int | None, reader: asyncio.StreamReader
    ) -> None:
        old = self.request.version == b"HTTP/1.0"
        out = without_hop_by_hop(headers)
        if length is None and not old:
            out.append((b"Transfer-Encoding", b"chunked"))
        if not self.keep:
            out.append((b"Connection", b"close"))
        writer = self.writer
        writer.write(b"HTTP/1.1 " + parts[1] + b" " + parts[2] + b"\r\n")
        writer.write(b"".join(line(*header) for header in out) + b"\r\n")
        try:
            if length is None:
                await copy_chunks(reader, writer)
            elif length == -1:
                await copy_to_end(reader, writer)
            else:
                await copy_length(reader, writer, length)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, Malformed) as error:
            raise Broken("answer") from error


def run(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Runs `main` with an event that a signal to stop sets."""

    async def with_signals() -> None:
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        await main(stopping)

    asyncio.run(with_signals())
