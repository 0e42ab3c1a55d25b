"""The cases of docs/contract.md that need a real hop (marked ●): one helper for every test with machines.

The same file is put in front of the NixOS tests' scripts and imported by the test of the Debian package, so
it uses nothing but Python's standard library and what every machine of either has: `execute`, `succeed` and
`wait_until_succeeds`. Requests are made with curl on the machines themselves. The forged values are those of
`safeharbor verify` (src/probe/contract.rs).

    contract = Contract(server=server, client=client, hop="caddy", public="https://reef.example.org",
                        reach="--connect-to ::server: --cacert /tmp/ca.crt", visitor="192.168.1.1",
                        address="192.168.1.2")
    contract.run_all()
"""

import base64
import email
import json
import re
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HOP_PATH = "/.well-known/safeharbor/hop"
FOREIGN_SOURCE = "127.0.0.9"
EVIL = "evil.example"

Forgery = list[tuple[str, bytes]]

# Addresses a client would like to have.
LEFT: list[Forgery] = [
    [("X-Forwarded-For", b"1.2.3.4")],
    [("X-Forwarded-For", b"127.0.0.1"), ("X-Forwarded-For", b"10.0.0.1, 1.2.3.4")],
    [("X-Forwarded-For", b"1.2.3.4,1.2.3.4,1.2.3.4"), ("X-Forwarded-Proto", b"http")],
    [("X-Forwarded-For", b'2.2.2.2", 1.1.1.1'), ("X-Forwarded-Proto", b"https, http")],
]

# Nothing that parses.
GARBAGE: list[Forgery] = [
    [("X-Forwarded-For", b"{${print(1)}}")],
    [("X-Forwarded-For", b"7.7.7.7.7")],
    [("X-Forwarded-For", b"0.0.0.0")],
    [("X-Forwarded-For", b", ")],
    [("X-Forwarded-For", b"\xff\xfe\x80")],
    [("X-Forwarded-For", b"1.2.3.4' or 1=1 --")],
    [("X-Forwarded-Proto", b"wss"), ("X-Forwarded-For", b"")],
    [("X-Forwarded-Proto", b"javascript:"), ("X-Forwarded-Host", b"evil.example/<script>")],
]

# Headers that nobody may read (R6).
NEVER_READ: list[Forgery] = [
    [
        ("CF-Connecting-IP", b"1.2.3.4"),
        ("CF-Visitor", b'{"scheme":"http"}'),
        ("True-Client-IP", b"1.2.3.4"),
    ],
    [("X-Real-IP", b"1.2.3.4"), ("X-Client-IP", b"1.2.3.4")],
    [("Forwarded", b"for=1.2.3.4;proto=http;host=evil.example")],
    [("X-Forwarded-Prefix", b"/evil"), ("X-Script-Name", b"/evil"), ("Script-Name", b"/evil")],
    [("X-Forwarded-Port", b"1"), ("X-Forwarded-Server", b"evil.example"), ("X-Original-URL", b"/evil")],
    [("X_Forwarded_For", b"1.2.3.4"), ("X_Forwarded_Host", b"evil.example"), ("X-Webauth-User", b"owner")],
]

# What a client may write about itself that no link in a mail may follow.
FORGED_SETUP: Forgery = [
    ("X-Forwarded-Host", b"evil.example"),
    ("X-Forwarded-Proto", b"http"),
    ("X-Forwarded-For", b"1.2.3.4"),
    ("Forwarded", b"host=evil.example;proto=http"),
    ("X-Forwarded-Prefix", b"/evil"),
    ("X-Original-URL", b"/evil"),
]

OWNER = ("owner@example.org", "correct-horse-battery-anemone")

# More wrong passwords than any limit lets through.
MANY = 30
# Larger than any form, and what `verify` posts.
TOO_LARGE = 16 * 1024 * 1024


def describe(forged: Forgery) -> str:
    return " | ".join(f"{name}: {value.decode(errors='backslashreplace')}" for name, value in forged)


def header_option(name: str, value: bytes) -> str:
    """The curl option for one header, whatever bytes it holds, in a way that every shell understands."""
    if not value:
        return "-H " + shlex.quote(f"{name};")
    if all(0x20 <= byte < 0x7F for byte in value):
        return "-H " + shlex.quote(f"{name}: {value.decode('ascii')}")
    octal = "".join(f"\\{byte:03o}" for byte in f"{name}: ".encode() + value)
    return f"-H \"$(printf '{octal}')\""


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: str

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise AssertionError(f"status {self.status}, and no JSON: {self.body[:200]!r}") from error


def read_reply(text: str) -> Reply:
    """Reads what `curl -i` printed: the last head (before it there may be `100 Continue`), then the body."""
    while True:
        head, _, body = text.replace("\r\n", "\n").partition("\n\n")
        lines = head.split("\n")
        match = re.fullmatch(r"HTTP/[0-9.]+ ([0-9]{3})(?: .*)?", lines[0])
        if not match:
            raise AssertionError(f"no HTTP answer but {text[:200]!r}")
        status = int(match[1])
        if status >= 200:
            break
        text = body
    fields = [line.partition(":") for line in lines[1:]]
    return Reply(status, [(name.strip(), value.strip()) for name, _, value in fields], body)


class Way:
    """A way to the service: the machine that asks, the address it asks, and how curl gets there."""

    def __init__(self, machine: Any, url: str, options: str = "", host: str | None = None) -> None:
        self.machine = machine
        self.url = url
        self.options = options
        self.host = host

    def curl(self, path: str, options: str = "", host: str | None = None) -> str:
        host = host if host is not None else self.host
        name = "-H " + shlex.quote(f"Host: {host}") if host is not None else ""
        return (
            f"curl -sS -i --max-time 60 {self.options} {name} {options} {shlex.quote(self.url + path)} 2>&1"
        )

    def ask(
        self, path: str, forged: Forgery | None = None, options: str = "", host: str | None = None
    ) -> Reply:
        """One request; whatever status comes back is an answer."""
        headers = " ".join(header_option(name, value) for name, value in forged or [])
        command = self.curl(path, f"{headers} {options}", host)
        status, output = self.machine.execute(command)
        if status != 0:
            raise AssertionError(f"no answer: `{command}` ended with {status}: {output.strip()}")
        return read_reply(output)

    def post(
        self, path: str, fields: dict[str, str], forged: Forgery | None = None, options: str = ""
    ) -> Reply:
        """A form, as a browser would send it that has no cookies but those in `options`."""
        pairs = " ".join(
            "--data-urlencode " + shlex.quote(f"{name}={value}") for name, value in fields.items()
        )
        return self.ask(path, forged, f"{pairs} {options}")


def expect(good: bool, seen: str) -> str:
    if not good:
        raise AssertionError(seen)
    return seen


class Contract:
    """The ● cases against one install: each a method that says what it saw, or raises AssertionError."""

    def __init__(
        self,
        *,
        server: Any,
        client: Any,
        hop: str,
        public: str = "https://reef.example.org",
        reach: str = "",
        visitor: str | None = None,
        direct: str = "http://127.0.0.1:8000",
        address: str | None = None,
        port: int = 8000,
        plain: str | None = None,
        plain_by: str = "app",
        other_hosts: str = "app",
        token: str | None = None,
        admin: str = "safeharbor-admin",
        service: str = "safeharbor.service",
        database: str = "postgresql.service",
        mails: str | None = None,
    ) -> None:
        """
        hop: `PROXY_HOP` as it is set: caddy, cloudflared, tailscale or generic.
        reach: the curl options with which the client reaches `public` through the hop.
        visitor: the client's address as the hop sees it, where that is known.
        direct: the service's own listener as the server sees it: http://127.0.0.1:PORT or unix:/PATH.
        address, port: where the client would look for the service's own port; None: there is no other host.
        plain: the URL of the hop's unencrypted port, reached with `reach`; `plain_by`: whether the "app"
            answers there or the "hop" redirects by itself.
        other_hosts: who answers a Host that is not the public one: the "app", or the "hop" by itself.
        database: the unit that is stopped for a while by C24_unavailable.
        mails: a command on the server that prints every mail sent so far, one a line, in base64.
        """
        self.server, self.client, self.hop = server, client, hop
        self.public = public
        self.authority = public.split("//", 1)[1]
        self.visitor, self.address, self.port = visitor, address, port
        self.plain_by, self.other_hosts = plain_by, other_hosts
        self.admin, self.service, self.database, self.mails = admin, service, database, mails
        self.known_token = token
        self.through = Way(client, public, reach)
        self.plain = Way(client, plain, reach) if plain else None
        self.socket = direct.removeprefix("unix:") if direct.startswith("unix:") else None
        if self.socket:
            # The name in the URL is of no consequence: the socket says where, the Host field what.
            self.direct = Way(
                server, "http://127.0.0.1", f"--unix-socket {shlex.quote(self.socket)}", self.authority
            )
        else:
            self.direct = Way(server, direct, "", self.authority)
        self.passed = 0

    # What the service says it saw

    def token(self) -> str:
        if self.known_token is None:
            self.known_token = str(self.server.succeed(f"{self.admin} verify-token")).strip()
        return self.known_token

    def answer(
        self, way: Way, forged: Forgery | None = None, nonce: str = "n", options: str = ""
    ) -> dict[str, Any]:
        forged = [("X-Safeharbor-Verify", self.token().encode()), *(forged or [])]
        reply = way.ask(f"{HOP_PATH}?nonce={nonce}", forged, options)
        if reply.status != 200:
            raise AssertionError(f"{HOP_PATH} answered {reply.status}")
        return dict(reply.json())

    @staticmethod
    def conclusion(answer: dict[str, Any]) -> str:
        way = "by the hop" if answer["via_proxy"] else "direct"
        return f"{answer['addr'] or 'unknown'}, {answer['scheme']}://{answer['host']}, {way}"

    def unmoved(self, sets: list[Forgery]) -> str:
        """Sends each set of forgeries; all must lead to what the honest request led to."""
        honest = self.answer(self.through)
        seen = self.conclusion(honest)
        if self.visitor is not None and honest["addr"] != self.visitor:
            raise AssertionError(f"an honest request from {self.visitor} was taken for {seen}")
        expect(honest["via_proxy"] and honest["scheme"] == "https", f"an honest request was taken for {seen}")
        for forged in sets:
            moved = self.conclusion(self.answer(self.through, forged))
            expect(moved == seen, f"{describe(forged)} made it {moved} instead of {seen}")
        return f"{len(sets)} forgeries; always {seen}"

    # The cases

    def nonce(self) -> str:
        """The public address leads to this very process, which believes this hop (R7)."""
        nonce = f"n-{time.time_ns()}"
        answer = self.answer(self.through, nonce=nonce)
        expect(answer["nonce"] == nonce, f"the nonce came back as {answer['nonce']}")
        good = answer["via_proxy"] and answer["trusted"]
        good = good and (answer["scheme"], answer["host"]) == ("https", self.authority)
        return expect(good, f"{self.conclusion(answer)} ({answer['trust']})")

    def token_needed(self) -> str:
        """Without a valid token the route is not there."""
        without = self.through.ask(HOP_PATH).status
        wrong = self.through.ask(HOP_PATH, [("X-Safeharbor-Verify", b"A" * 43)]).status
        return expect((without, wrong) == (404, 404), f"without a token {without}, with a wrong one {wrong}")

    def C1(self) -> str:
        """Forwarded headers from a peer that is not trusted are ignored, with one warning."""
        if self.socket:
            return self.C1_unix()
        forged = [
            ("X-Forwarded-For", b"1.2.3.4"),
            ("X-Forwarded-Proto", b"https"),
            ("X-Forwarded-Host", EVIL.encode()),
        ]
        stranger = Way(self.server, self.direct.url, f"--interface {FOREIGN_SOURCE}", self.authority)
        answer = self.answer(stranger, forged)
        seen = f"{self.conclusion(answer)} ({answer['trust']})"
        good = answer["addr"] == FOREIGN_SOURCE and not answer["via_proxy"] and not answer["trusted"]
        expect(good and (answer["scheme"], answer["host"]) == ("http", self.authority), seen)
        page = stranger.ask("/sign-in", forged[:2])
        past = f"a page asked for past the hop: {page.status}"
        expect(page.status == 421 and self.public in page.body, past)
        return f"{seen}; {past}; {self.one_warning()}"

    def one_warning(self) -> str:
        """One warning a process and peer names the address."""
        invocation = self.server.succeed(f"systemctl show -P InvocationID {self.service}").strip()
        wanted = f"forwarded headers from {FOREIGN_SOURCE} are ignored"
        journal = self.server.succeed(
            f"journalctl --sync; journalctl --no-pager -o cat _SYSTEMD_INVOCATION_ID={invocation}"
        )
        lines = [line for line in journal.splitlines() if wanted in line]
        good = len(lines) == 1 and f"add {FOREIGN_SOURCE} to TRUSTED_PEERS" in lines[0]
        return expect(good, f"warnings about {FOREIGN_SOURCE} in the journal: {len(lines)}")

    def C1_unix(self) -> str:
        """Over a unix socket whoever may open it is the hop, and nobody else may open it."""
        forged = [("X-Forwarded-For", b"1.2.3.4, 203.0.113.9"), ("X-Forwarded-Proto", b"https")]
        answer = self.answer(self.direct, forged)
        good = answer["peer"] == "unix" and answer["trusted"] and answer["addr"] == "203.0.113.9"
        seen = expect(good, f"{self.conclusion(answer)} ({answer['trust']})")
        socket = shlex.quote(self.socket or "")
        status, output = self.server.execute(f"runuser -u nobody -- {self.direct.curl('/livez')}")
        expect(status == 7, f"nobody opened {socket}: {output[:200]}")
        mode = self.server.succeed(f"stat -c '%a' {socket}").strip()
        return expect(mode == "660", f"{seen}; nobody else may open the socket; mode {mode}")

    def C2(self) -> str:
        """The client's address is the one the hop saw."""
        return self.unmoved(LEFT)

    def C5(self) -> str:
        """Garbage counts as absent, through the hop and from the hop itself."""
        seen = self.unmoved(GARBAGE)
        fallback = None if self.socket else "127.0.0.1"
        for forged in GARBAGE[:6]:
            answer = self.answer(self.direct, [*forged, ("X-Forwarded-Proto", b"https")])
            expect(
                answer["addr"] == fallback,
                f"{describe(forged)} written by the hop: {self.conclusion(answer)}",
            )
        return f"{seen}; written by the hop itself the address is {fallback or 'unknown'}"

    def C7(self) -> str:
        """Headers of other proxies are ignored."""
        return self.unmoved(NEVER_READ)

    def C8(self) -> str:
        """A unix peer without an address is unknown, never 127.0.0.1."""
        expect(self.socket is not None, "C8 is about a unix socket")
        answer = self.answer(self.direct)
        return expect(answer["addr"] is None and answer["peer_addr"] is None, self.conclusion(answer))

    def C12(self) -> str:
        """https from the hop: no redirect, Secure cookies; plain health on loopback still answers."""
        page = self.through.ask("/sign-in")
        to = page.header("location") or ""
        stays = page.status == 200 or (page.status == 303 and to.startswith("/"))
        seen = expect(stays, f"https page {page.status} {to}")
        cookies = self.sign_in().all("set-cookie")
        expect(cookies != [], "no cookie came")
        for line in cookies:
            flags = {part.strip().lower() for part in line.split(";")[1:]}
            missing = {"secure", "httponly", "samesite=lax", "path=/"} - flags
            good = (
                not missing and line.startswith("__Host-") and not any(f.startswith("domain") for f in flags)
            )
            expect(good, f"cookie {line.split('=')[0]} with {', '.join(sorted(flags))}")
        health = self.direct.ask("/healthz").status
        return expect(
            health == 200, f"{seen}, {len(cookies)} __Host- cookies, plain /healthz on loopback {health}"
        )

    def sign_in(self) -> Reply:
        """Signs the owner in through the hop; makes them first, with forged headers, where there is none."""
        who = {"email": OWNER[0], "password": OWNER[1]}
        origin = header_option("Origin", self.public.encode())
        if self.through.ask("/setup").status == 200:
            code = self.server.succeed(f"{self.admin} admin setup-code").strip().splitlines()[-1].split()[-1]
            fields = {**who, "again": OWNER[1], "code": code, "name": "Owner", "units": "metric"}
            done = self.through.post("/setup", fields, FORGED_SETUP, origin)
            to = done.header("location") or ""
            expect(done.status == 303 and to.startswith("/"), f"the first owner: {done.status} {to}")
        reply = self.through.post("/sign-in", who, None, origin)
        to = reply.header("location") or ""
        expect(reply.status == 303 and to.startswith("/"), f"the owner's sign-in: {reply.status} {to}")
        return reply

    def cookies(self) -> str:
        """The owner's cookies, as a browser would send them."""
        return "; ".join(line.split(";")[0] for line in self.sign_in().all("set-cookie"))

    def C14(self) -> str:
        """Another Host gets 421 and the right address; a client's X-Forwarded-Host changes nothing."""
        honest = self.conclusion(self.answer(self.through))
        forged = self.conclusion(self.answer(self.through, [("X-Forwarded-Host", EVIL.encode())]))
        expect(forged == honest, f"X-Forwarded-Host: {EVIL} made it {forged}")
        alive = self.through.ask("/livez", [("X-Forwarded-Host", EVIL.encode())]).status
        expect(alive == 200, f"X-Forwarded-Host: {EVIL} made /livez {alive}")
        as_the_hop: Forgery = [("X-Forwarded-Proto", b"https"), ("X-Forwarded-For", b"203.0.113.9")]
        for host in (EVIL, "localhost", f"{EVIL}:443"):
            page = self.direct.ask("/sign-in", as_the_hop, host=host)
            expect(
                page.status == 421 and self.public in page.body, f"Host {host} from the hop: {page.status}"
            )
            if self.other_hosts == "app":
                page = self.through.ask("/sign-in", host=host)
                expect(
                    page.status == 421 and self.public in page.body,
                    f"Host {host} through the hop: {page.status}",
                )
        if self.other_hosts != "app":
            page = self.through.ask("/sign-in", host=EVIL)
            expect(page.header("x-request-id") is None, f"the hop passes Host {EVIL} on")
        seen = f"421 and the right address for every other Host; with X-Forwarded-Host still {forged}"
        return seen if self.mails is None else f"{seen}; {self.mail_links()}"

    def mail_links(self) -> str:
        """The welcome to the owner, who was set up with forged headers, links to the public address alone."""
        self.sign_in()
        command = f"{self.mails} | grep -q ."
        self.server.wait_until_succeeds(command, timeout=75)
        links: list[str] = []
        for line in self.server.succeed(str(self.mails)).split():
            mail = email.message_from_bytes(base64.b64decode(line))
            for part in mail.walk():
                if part.get_content_maintype() == "text":
                    text = bytes(part.get_payload(decode=True)).decode()
                    links += re.findall(r"https?://[^\s\"'<>()]+", text)
        expect(links != [], "no mail has a link")
        for link in links:
            rest = link.removeprefix(self.public)
            expect(rest != link and rest[:1] in ("", "/", "."), f"a link in a mail is {link}")
        return f"all {len(links)} links in mails begin with {self.public}"

    def C18(self) -> str:
        """Health answers under any Host, without cookie or redirect."""
        hosts = [(self.direct, "127.0.0.1"), (self.direct, EVIL), (self.through, self.authority)]
        if self.other_hosts == "app":
            hosts.append((self.through, EVIL))
        for way, host in hosts:
            reply = way.ask("/healthz", host=host)
            bare = reply.header("set-cookie") is None and reply.header("location") is None
            expect(reply.status == 200 and bare and "status" in reply.json(), f"Host {host}: {reply.status}")
        return f"200 without cookie or redirect for {len(hosts)} hosts, from loopback and through the hop"

    def C21(self) -> str:
        """The service's port is refused from another host, by the kernel and not by a firewall."""
        expect(self.address is not None, "C21 needs another host")
        # Something that listens on every address takes connections: what refuses is the service's bind alone.
        control = self.port + 1
        unit = "safeharbor-test-control"
        self.server.succeed(
            f"systemd-run --quiet --collect --unit={unit} --socket-property=ListenStream=0.0.0.0:{control}"
            " -p RuntimeMaxSec=60 /bin/sh -c 'exec sleep 50'"
        )
        try:
            # It never answers; that curl waits for an answer says that it is connected.
            _, output = self.client.execute(f"curl -sS --max-time 2 http://{self.address}:{control}/ 2>&1")
            expect("0 bytes received" in output, f":{control} does not take connections: {output.strip()}")
        finally:
            self.server.succeed(f"systemctl stop {unit}.socket {unit}.service")
        status, output = self.client.execute(
            f"curl -sS --max-time 5 http://{self.address}:{self.port}/livez 2>&1"
        )
        expect(
            status == 7 and "timed out" not in output.lower(), f"curl ended with {status}: {output.strip()}"
        )
        return f"{self.address}:{self.port} refused, while :{control} on the same host takes connections"

    def C24(self) -> str:
        """404, 413, 421 and 429 arrive as they were sent; C24_unavailable has 503."""
        origin = header_option("Origin", self.public.encode())
        missing = self.through.ask("/there/is/no/such/page").status
        expect(missing == 404, f"404 arrives as {missing}")
        form = header_option("Content-Type", b"application/x-www-form-urlencoded")
        # `Expect: 100-continue` would ask first; a client that sends at once is the harder case.
        upload = f"{form} {origin} -H Expect: --data-binary @-"
        status, output = self.client.execute(
            f"head -c {TOO_LARGE} /dev/zero | tr '\\0' a | {self.through.curl('/sign-in', upload)}"
        )
        expect(status == 0, f"16 MiB posted: curl ended with {status}: {output[:200]}")
        large = read_reply(output).status
        expect(large == 413, f"16 MiB posted: 413 arrives as {large}")
        misdirected = "421 not through this hop"
        if self.other_hosts == "app":
            page = self.through.ask("/tanks", host=EVIL).status
            misdirected = expect(page == 421, f"421 as {page}")
        return f"404 as {missing}, 413 as {large}, {misdirected}, {self.too_many()}"

    def too_many(self) -> str:
        """The sign-in limiter, asked by an account that nobody has: the owner can still sign in."""
        self.sign_in()
        origin = header_option("Origin", self.public.encode())
        for tries in range(1, MANY + 1):
            fields = {"email": "stranger@example.org", "password": f"wrong-{tries}"}
            reply = self.through.post("/sign-in", fields, None, origin)
            if reply.status == 429:
                wait = reply.header("retry-after")
                expect(tries > 3 and wait is not None, f"429 at try {tries}, Retry-After {wait}")
                self.sign_in()
                return f"429 as 429 at try {tries}"
            expect(reply.status == 422, f"wrong password {tries} answered {reply.status}")
        raise AssertionError(f"{MANY} wrong passwords and no 429")

    def C24_unavailable(self) -> str:
        """503 arrives as it was sent: the database is stopped and started again. It disturbs the install."""
        cookie = header_option("Cookie", self.cookies().encode())
        process = self.server.succeed(f"systemctl show -P MainPID {self.service}")
        self.server.succeed(f"systemctl stop {self.database}")
        try:
            page = self.through.ask("/tanks", options=cookie)
            health = self.through.ask("/healthz")
            alive = self.through.ask("/livez").status
        finally:
            self.server.succeed(f"systemctl start {self.database}")
        statuses = (page.status, health.status, alive)
        seen = f"without Postgres: page {statuses[0]}, /healthz {statuses[1]}, /livez {statuses[2]}"
        expect(statuses == (503, 503, 200) and page.header("retry-after") is not None, seen)
        self.client.wait_until_succeeds(self.through.curl("/tanks", f"--fail {cookie}"), timeout=60)
        # What health says may be a second old.
        self.client.wait_until_succeeds(self.through.curl("/healthz", "--fail"), timeout=30)
        same = self.server.succeed(f"systemctl show -P MainPID {self.service}") == process
        return expect(same, f"{seen}; pages are back, same process: {same}")

    def R9(self) -> str:
        """The hop's unencrypted port leads to https, and takes no form."""
        if self.plain is None:
            raise AssertionError("this hop has no unencrypted port")
        page = self.plain.ask("/tanks?x=1")
        to = page.header("location")
        moved = (308,) if self.plain_by == "app" else (301, 302, 308)
        expect(page.status in moved and to == f"{self.public}/tanks?x=1", f"http answered {page.status} {to}")
        posted = self.plain.post("/sign-in", {"a": "b"}).status
        refused = (400,) if self.plain_by == "app" else (301, 302, 308)
        return expect(posted in refused, f"http {page.status} {to}; a form posted in clear: {posted}")

    # All of them

    def cases(self) -> list[tuple[str, Callable[[], str]]]:
        cases: list[tuple[str, Callable[[], str]]] = [
            ("nonce", self.nonce),
            ("token", self.token_needed),
            ("C1", self.C1),
            ("C2", self.C2),
            ("C5", self.C5),
            ("C7", self.C7),
            ("C12", self.C12),
            ("C14", self.C14),
            ("C18", self.C18),
            ("C24", self.C24),
        ]
        if self.socket:
            cases.append(("C8", self.C8))
        if self.address is not None:
            cases.append(("C21", self.C21))
        if self.plain is not None:
            cases.append(("R9", self.R9))
        return cases

    def run_all(self, unavailable: bool = True) -> int:
        """Runs every case, one line each, and returns how many passed. All run before a failure is raised.

        unavailable: with C24_unavailable, which stops the database for a moment.
        """
        cases = self.cases()
        if unavailable:
            cases.append(("C24.503", self.C24_unavailable))
        failed = []
        for name, case in cases:
            try:
                seen, verdict = case(), "PASS"
                self.passed += 1
            except Exception as error:
                # Also what the machine itself raises, when a command did not end as it had to.
                seen, verdict = f"{error}", "FAIL"
                failed.append(f"{name}: {seen}")
            print(f"{verdict}  {name:8} {self.hop:12} {seen}", flush=True)
        print(f"contract through {self.hop}: {len(cases) - len(failed)} of {len(cases)} passed", flush=True)
        if failed:
            raise AssertionError("; ".join(failed))
        return len(cases)
