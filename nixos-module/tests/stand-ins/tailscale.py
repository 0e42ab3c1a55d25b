#!/usr/bin/env python3
"""A stand-in for tailscale and tailscaled, for tests without a tailnet. Which of the two it is, its name
says.

    tailscale funnel [--bg] [--https=443] http://127.0.0.1:8000
    tailscale funnel [--https=443] off
    tailscale funnel reset
    tailscale funnel status [--json]
    tailscale status [--json]
    tailscaled [--state=FILE] [--socket=PATH] ...

The daemon is the far end too: visitors connect to its TLS listener as they would to a Funnel address. What
the tailnet's admin console would say is in /etc/tailscale-stand-in.json, or the one that
$TAILSCALE_STAND_IN names:

    {"dns_name": "reef.tail0123.ts.net", "listen": "0.0.0.0", "ports": {"443": 443},
     "certificate": "/path.crt", "key": "/path.key", "funnel": "allowed"}

`funnel` is "allowed"; or "ask": the command prints where to ask for it and ends well; or "wait": it prints
that and waits; or "tailnet": what is published stays inside the tailnet. It is read at each command.
`ports` maps the port of the address to the one that is really listened on; without an entry they are the
same.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
from typing import Any, NoReturn

from hop import Answer, Hop, Origin, Request, log, make_certificate, notify, run, tls

SETTINGS = "/etc/tailscale-stand-in.json"
SOCKET = "/run/tailscale/tailscaled.sock"
SQUATTED = (
    b"tailscale-user-login",
    b"tailscale-user-name",
    b"tailscale-user-profile-pic",
    b"tailscale-funnel-request",
    b"tailscale-headers-info",
    b"tailscale-app-capabilities",
)


def fail(text: str, code: int = 1) -> NoReturn:
    print(text, file=sys.stderr, flush=True)
    sys.exit(code)


def settings() -> dict[str, Any]:
    with open(os.environ.get("TAILSCALE_STAND_IN", SETTINGS), encoding="utf-8") as file:
        return dict(json.load(file))


def target_of(text: str) -> str:
    """A target as `tailscale funnel` takes it, as it is kept."""
    if text.isdigit():
        return f"http://127.0.0.1:{text}"
    if text.startswith(("http://", "unix:")):
        return text
    fail(f"error: invalid argument format\ntry `tailscale funnel --help` for usage info: {text}")


class Daemon:
    """tailscaled: keeps what is published, and publishes it."""

    def __init__(self, state: str | None) -> None:
        self.state = state
        self.config: dict[str, Any] = {}
        self.origins: dict[str, Origin] = {}
        self.hop = Hop(self.rewrite)
        self.servers: dict[str, asyncio.Server] = {}
        self.folder = tempfile.TemporaryDirectory()
        if state and os.path.exists(state) and os.path.getsize(state):
            with open(state, encoding="utf-8") as file:
                self.config = json.load(file)

    def rewrite(self, request: Request) -> Origin | Answer:
        """As tailscaled's reverse proxy does it; which handler it is, the name in TLS says."""
        port = next(iter(self.config.get("TCP", {})), "443")
        web = self.config.get("Web", {}).get(f"{(request.server_name or '').lower()}:{port}")
        if web is None:
            return Answer(404, "Not Found")
        proxy = str(web["Handlers"]["/"]["Proxy"])
        host = request.host()
        request.remove(b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", *SQUATTED)
        request.set(b"X-Forwarded-Host", host)
        request.set(b"X-Forwarded-Proto", b"https")
        request.set(b"X-Forwarded-For", request.visitor.encode())
        if f"{(request.server_name or '').lower()}:{port}" in self.config.get("AllowFunnel", {}):
            request.set(b"Tailscale-Funnel-Request", b"?1")
        if proxy.startswith("unix:"):
            request.set(b"Host", b"localhost")
        return self.origins.setdefault(proxy, Origin(proxy))

    async def apply(self) -> None:
        """Listens where the configuration says, and nowhere else."""
        wanted = set(self.config.get("TCP", {}))
        for port in set(self.servers) - wanted:
            self.servers.pop(port).close()
        told = settings()
        for port in wanted - set(self.servers):
            files = (told["certificate"], told["key"]) if "certificate" in told else None
            secure = tls(*(files or make_certificate(self.folder.name, [told["dns_name"]])))
            really = int(told.get("ports", {}).get(port, port))
            self.servers[port] = await self.hop.listen(told.get("listen", "0.0.0.0"), really, secure)
            log(f"serve: listening on {told.get('listen', '0.0.0.0')}:{really} for {told['dns_name']}:{port}")

    async def change(self, config: dict[str, Any]) -> None:
        self.config = config
        await self.apply()
        if self.state:
            with open(f"{self.state}.new", "w", encoding="utf-8") as file:
                json.dump(config, file)
            os.rename(f"{self.state}.new", self.state)

    async def command(self, asked: dict[str, Any]) -> dict[str, Any]:
        told = settings()
        where = f"{told['dns_name']}:{asked.get('port', '443')}"
        match asked["do"]:
            case "publish":
                funnel = told.get("funnel", "allowed")
                if funnel in ("ask", "wait"):
                    return {
                        "ask": "https://login.tailscale.com/f/funnel?node=nSTANDIN",
                        "wait": funnel == "wait",
                    }
                config: dict[str, Any] = {
                    "TCP": {asked["port"]: {"HTTPS": True}},
                    "Web": {where: {"Handlers": {"/": {"Proxy": asked["target"]}}}},
                }
                if funnel == "allowed":
                    config["AllowFunnel"] = {where: True}
                await self.change(config)
                return {"address": f"https://{where.removesuffix(':443')}/", "target": asked["target"]}
            case "off":
                if where not in self.config.get("Web", {}):
                    return {"error": "error: failed to remove web serve: error: handler does not exist"}
                await self.change({})
                return {}
            case "reset":
                await self.change({})
                return {}
            case "status":
                return {"config": self.config, "dns_name": told["dns_name"]}
        return {"error": f"unknown command {asked['do']}"}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = json.loads(await reader.readline())
            try:
                said = await self.command(asked)
            except (OSError, ValueError, KeyError) as error:
                log(f"{asked}: {error!r}")
                said = {"error": f"error: {error}"}
            writer.write(json.dumps(said).encode() + b"\n")
            await writer.drain()
        except (ConnectionError, ValueError) as error:
            log(f"a command broke off: {error!r}")
        finally:
            writer.close()


def daemon(arguments: list[str]) -> None:
    options = dict(word.lstrip("-").partition("=")[::2] for word in arguments)
    path = options.get("socket") or SOCKET
    state = options.get("state") or None
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(path):
        os.unlink(path)

    async def main(stopping: asyncio.Event) -> None:
        tailscaled = Daemon(state)
        server = await asyncio.start_unix_server(tailscaled.answer, path)
        await tailscaled.apply()
        notify("READY=1")
        await stopping.wait()
        server.close()
        for listener in tailscaled.servers.values():
            listener.close()
        await tailscaled.hop.drain()
        # Python 3.13 has done so already.
        if os.path.exists(path):
            os.unlink(path)

    run(main)


def ask(path: str, **what: Any) -> dict[str, Any]:
    try:
        with socket.socket(socket.AF_UNIX) as to:
            to.settimeout(30)
            to.connect(path)
            to.sendall(json.dumps(what).encode() + b"\n")
            with to.makefile("rb") as answer:
                said = dict(json.loads(answer.readline()))
    except OSError as error:
        fail(f"failed to connect to local tailscaled; it doesn't appear to be running ({error.strerror})")
    if "error" in said:
        fail(str(said["error"]))
    return said


def funnel(path: str, arguments: list[str]) -> None:
    options = [word for word in arguments if word.startswith("-")]
    words = [word for word in arguments if not word.startswith("-")]
    port = next((option.partition("=")[2] for option in options if option.startswith("--https=")), "443")
    unknown = [option for option in options if option not in ("--bg", "--yes", "--json", f"--https={port}")]
    if unknown:
        fail(f"flag provided but not defined: {unknown[0]}", 2)
    match words:
        case ["status"]:
            config = ask(path, do="status")["config"]
            if "--json" in options:
                print(json.dumps(config, indent=2))
            elif config:
                for where, web in config["Web"].items():
                    kind = "Funnel on" if where in config.get("AllowFunnel", {}) else "tailnet only"
                    print(f"https://{where.removesuffix(':443')} ({kind})")
                    print(f"|-- / proxy {web['Handlers']['/']['Proxy']}")
            else:
                print("No serve config")
        case ["reset"]:
            ask(path, do="reset")
        case [*_, "off"]:
            ask(path, do="off", port=port)
        case [target]:
            if port not in ("443", "8443", "10000"):
                fail(f"error: port {port} is not allowed for funnel; allowed ports are: 443, 8443, 10000")
            publish(path, target_of(target), port, "--bg" in options)
        case _:
            fail("usage: tailscale funnel [flags] <target>", 2)


def publish(path: str, target: str, port: str, background: bool) -> None:
    said = ask(path, do="publish", target=target, port=port)
    if "ask" in said:
        print(
            f"\nFunnel is not enabled on your tailnet.\nTo enable, visit:\n\n         {said['ask']}\n",
            flush=True,
        )
        if said["wait"]:
            signal.pause()
        return
    print(f"Available on the internet:\n\n{said['address']}\n|-- proxy {said['target']}\n", flush=True)
    if background:
        print("Funnel started and running in the background.")
        print(f"To disable the proxy, run: tailscale funnel --https={port} off")
        return
    try:
        signal.pause()
    finally:
        ask(path, do="off", port=port)


def command(arguments: list[str]) -> None:
    path = SOCKET
    while arguments and arguments[0].startswith("--socket="):
        path = arguments.pop(0).partition("=")[2]
    match arguments:
        case ["funnel" | "serve", *rest]:
            funnel(path, rest)
        case ["status", *rest]:
            name = ask(path, do="status")["dns_name"]
            if "--json" in rest:
                print(json.dumps({"BackendState": "Running", "Self": {"DNSName": f"{name}."}}, indent=2))
            else:
                print(f"100.64.0.1   {name}   linux   -")
        case ["up", *_]:
            ask(path, do="status")
        case ["version" | "--version", *_]:
            print("0.0.0 (a stand-in for tests)")
        case _:
            fail(f"the stand-in does not know `tailscale {' '.join(arguments)}`", 2)


if __name__ == "__main__":
    if os.path.basename(sys.argv[0]).removesuffix(".py") == "tailscaled":
        daemon(sys.argv[1:])
    else:
        command(sys.argv[1:])
