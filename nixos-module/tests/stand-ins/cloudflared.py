#!/usr/bin/env python3
"""A stand-in for cloudflared, for tests without an account. It takes the real one's arguments and
credentials, and plays both ends of the tunnel: Cloudflare's edge, to which visitors connect, and
cloudflared at the origin.

What the edge knows is in a file, as the dashboard would have it: /etc/cloudflared-stand-in.json, or the one
that $CLOUDFLARED_STAND_IN names:

    {"listen": "0.0.0.0:8443", "listen_plain": "0.0.0.0:8080",
     "certificate": "/path.crt", "key": "/path.key",
     "hostname": "reef.example.org", "service": "http://127.0.0.1:8000", "catch_all": false}

Instead of hostname, service and catch_all it may have `ingress`, a list as in cloudflared's own
configuration; a tunnel that is run with --config has its ingress there. Without a certificate it makes one
with openssl.
"""

import asyncio
import base64
import binascii
import json
import os
import random
import sys
import tempfile
import uuid
from collections.abc import Callable
from typing import Any, NoReturn

from hop import Answer, Hop, Origin, Request, log, make_certificate, notify, run, tls

SETTINGS = "/etc/cloudflared-stand-in.json"

SWITCHES = {"no-autoupdate", "no-tls-verify", "post-quantum"}
OPTIONS = {
    "config",
    "cred-file",
    "credentials-file",
    "edge-ip-version",
    "grace-period",
    "logfile",
    "loglevel",
    "metrics",
    "origincert",
    "pidfile",
    "protocol",
    "token",
    "token-file",
    "transport-loglevel",
}


def fail(text: str, code: int = 1) -> NoReturn:
    print(text, file=sys.stderr, flush=True)
    sys.exit(code)


def usage_error(text: str) -> NoReturn:
    """As the real one ends when its arguments cannot be meant."""
    fail(f"{text}\nSee 'cloudflared tunnel run --help'.", 255)


def parse_arguments(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """The options, and the words that are none. Options may stand before and after `run`."""
    options: dict[str, str] = {}
    others: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if not word.startswith("-"):
            others.append(word)
            continue
        name, equals, value = word.lstrip("-").partition("=")
        if name in SWITCHES:
            options[name] = value or "true"
        elif name not in OPTIONS:
            fail(f"flag provided but not defined: -{name}")
        elif equals:
            options[name] = value
        elif left:
            options[name] = left.pop(0)
        else:
            fail(f"flag needs an argument: -{name}")
    return options, others


def read(path: str, what: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        usage_error(f"Failed to read {what}: open {path}: {(error.strerror or '').lower()}")


def tunnel_of_token(token: str) -> str:
    """The id in a token, which is base64 of {"a": account, "t": tunnel, "s": secret}."""
    try:
        said = json.loads(base64.b64decode(token, validate=True))
        base64.b64decode(said["s"], validate=True)
        if not said["a"] or not said["s"]:
            raise ValueError("empty")
        return str(uuid.UUID(said["t"]))
    except (binascii.Error, ValueError, KeyError, TypeError):
        usage_error("Provided Tunnel token is not valid.")


def tunnel_of_credentials(path: str, wanted: str) -> str:
    """The id in a credentials file, which has to be the one that is to be run."""
    try:
        with open(path, encoding="utf-8") as file:
            said = json.load(file)
        base64.b64decode(said["TunnelSecret"], validate=True)
        found = str(uuid.UUID(said["TunnelID"]))
        if not said["AccountTag"] or not said["TunnelSecret"]:
            raise ValueError("empty")
    except OSError as error:
        fail(f"Tunnel credentials file '{path}' doesn't exist or is not a file: {error.strerror}")
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        fail(f"Invalid JSON when parsing tunnel credentials file '{path}': {error}")
    if wanted and found != wanted:
        fail(f"the credentials file '{path}' is that of tunnel {found}, not of {wanted}")
    return found


class Ingress:
    """The rules by which requests find their service; the last one takes all."""

    def __init__(self, rules: list[dict[str, Any]]) -> None:
        if not rules or rules[-1].get("hostname"):
            fail("The last ingress rule must match all URLs (i.e. it should not have a hostname)")
        self.rules = rules
        self.origins: dict[str, Origin] = {}

    def find(self, host: str) -> dict[str, Any]:
        name = host.lower().rsplit(":", 1)[0] if not host.endswith("]") else host
        for rule in self.rules:
            if rule.get("hostname") in (None, "", "*", name):
                return rule
        raise AssertionError("the last rule takes all")

    def origin(self, service: str) -> Origin:
        return self.origins.setdefault(service, Origin(service))


def ray() -> str:
    return f"{random.getrandbits(64):016x}-FRA"


def rewriting(ingress: Ingress) -> Callable[[Request], Origin | Answer]:
    def rewrite(request: Request) -> Origin | Answer:
        visitor, scheme = request.visitor.encode(), request.scheme.encode()
        # The edge: it keeps what the client wrote and appends, without a space.
        chain = b",".join([*request.all(b"x-forwarded-for"), visitor])
        request.set(b"X-Forwarded-For", chain)
        request.set(b"X-Forwarded-Proto", scheme)
        request.set(b"CF-Connecting-IP", visitor)
        request.set(b"CF-Ray", ray().encode())
        request.set(b"CF-Visitor", b'{"scheme":"' + scheme + b'"}')
        request.set(b"CF-IPCountry", b"XX")
        request.set(b"CDN-Loop", b"cloudflare; loops=1")
        # cloudflared: it finds the service and adds nothing, unless it is told to send another Host.
        host = request.host()
        rule = ingress.find(host.decode("latin-1"))
        service = str(rule["service"])
        if service.startswith("http_status:"):
            return Answer(
                int(service.removeprefix("http_status:")), "by the tunnel", [(b"Server", b"cloudflare")]
            )
        other = (rule.get("originRequest") or {}).get("httpHostHeader")
        if other:
            request.set(b"X-Forwarded-Host", host)
            request.set(b"Host", str(other).encode())
        return ingress.origin(service)

    return rewrite


def address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


async def serve_metrics(where: str, tunnel: str) -> asyncio.Server:
    """What `--metrics` answers at /ready."""
    body = json.dumps({"status": 200, "readyConnections": 4, "connectorId": tunnel}).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).split(b"\r\n")[0]
            good = first.split(b" ")[1:2] == [b"/ready"]
            status = b"200 OK" if good else b"404 Not Found"
            said = body if good else b""
            writer.write(
                b"HTTP/1.1 %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(said))
            )
            writer.write(said)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            pass  # Whoever asked went away.
        finally:
            writer.close()

    return await asyncio.start_server(answer, *address(where))


def start(tunnel: str, rules: list[dict[str, Any]], edge: dict[str, Any], metrics: str | None) -> None:
    ingress = Ingress(rules)
    names = [str(rule["hostname"]) for rule in rules if rule.get("hostname")] or ["localhost"]

    async def main(stopping: asyncio.Event) -> None:
        log(f"Starting tunnel tunnelID={tunnel}")
        if "certificate" in edge:
            secure = tls(edge["certificate"], edge["key"])
        else:
            with tempfile.TemporaryDirectory() as folder:
                secure = tls(*make_certificate(folder, names))
        hop = Hop(rewriting(ingress))
        servers = [await hop.listen(*address(edge["listen"]), secure)]
        if "listen_plain" in edge:
            servers.append(await hop.listen(*address(edge["listen_plain"]), None))
        if metrics:
            servers.append(await serve_metrics(metrics, tunnel))
        for index in range(4):
            log(f"Registered tunnel connection connIndex={index} connection={uuid.uuid4()} protocol=quic")
        notify("READY=1")
        await stopping.wait()
        notify("STOPPING=1")
        log("Initiating graceful shutdown due to signal terminated ...")
        for server in servers:
            server.close()
        await hop.drain()

    run(main)


def main(arguments: list[str]) -> None:
    if arguments[:1] in (["--version"], ["version"]):
        print("cloudflared version 0.0.0 (a stand-in for tests)")
        return
    options, words = parse_arguments(arguments)
    if words[:2] != ["tunnel", "run"] or len(words) > 3:
        fail(f"the stand-in knows `cloudflared tunnel run` and not {' '.join(words)!r}")
    edge = json.loads(read(os.environ.get("CLOUDFLARED_STAND_IN", SETTINGS), "the stand-in's settings"))
    rules = edge.get("ingress")
    if rules is None and "service" in edge:
        last = edge["service"] if edge.get("catch_all") else "http_status:404"
        rules = [{"hostname": edge["hostname"], "service": edge["service"]}, {"service": last}]
    token = options.get("token") or os.environ.get("TUNNEL_TOKEN", "")
    if not token and "token-file" in options:
        token = read(options["token-file"], "token file").strip()
    if token:
        start(tunnel_of_token(token), rules or [{"service": "http_status:503"}], edge, options.get("metrics"))
        return
    config = json.loads(read(options["config"], "configuration")) if "config" in options else {}
    wanted = words[2] if len(words) > 2 else str(config.get("tunnel", ""))
    if not wanted:
        usage_error(
            '"cloudflared tunnel run" requires the ID or name of the tunnel to run as the last command line '
            "argument or in the configuration file."
        )
    credentials = (
        options.get("credentials-file") or options.get("cred-file") or config.get("credentials-file")
    )
    if not credentials:
        fail(f"Cannot determine the credentials file of tunnel {wanted}")
    tunnel = tunnel_of_credentials(str(credentials), wanted)
    start(
        tunnel,
        config.get("ingress") or rules or [{"service": "http_status:503"}],
        edge,
        options.get("metrics"),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
