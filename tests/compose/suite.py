"""The checks, one line each; the last line counts them. Started by `run`, inside its namespaces."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable

import images
import keeping
import refusals
import walls
from hop_contract import ComposeContract
from machines import HOST, HOST_ADDRESS, PODMAN, VISITOR, VISITOR_ADDRESS, WORK, expect, join_visitor, podman, write_podman
from project import Project, check_out

PUBLIC = "https://reef.example.org"
passed, failed = 0, []


def check(name: str, what: Callable[[], str]) -> None:
    global passed
    begin = time.monotonic()
    try:
        seen = what()
        passed += 1
        verdict = "PASS"
    except Exception as error:
        seen, verdict = f"{type(error).__name__}: {error}", "FAIL"
        failed.append(name)
    print(f"{verdict}  {name:34} {time.monotonic() - begin:5.1f} s  {seen}", flush=True)


def through_tunnel() -> tuple[Project, ComposeContract]:
    project = Project("safeharbor", "--public-url", PUBLIC, "--ingress", "tunnel", "--token-file", WORK / "token")
    with open(project.folder / "settings.env", "a", encoding="utf-8") as file:
        file.write(
            "SMTP_HOST=mail\nSMTP_PORT=25\nSMTP_TLS=none\nSMTP_FROM=reef@example.org\nDEFAULT_TZ=Europe/Berlin\n"
        )
    check("up: tunnel", lambda: project.compose("up", "-d") and up(project, "cloudflared"))
    podman(
        "run",
        "--detach",
        "--name",
        "mail",
        "--network",
        f"{project.network('mail')}:alias=mail",
        "localhost/safeharbor-test/mail",
    )
    contract = ComposeContract(
        project,
        "cloudflared",
        "cloudflared",
        plain=f"http://{PUBLIC.split('//')[1]}",
        mails=f"{PODMAN} exec mail cat /mails",
    )
    keeping.find_edge(project, contract)
    return project, contract


def up(project: Project, hop: str | None) -> str:
    begin = time.monotonic()
    project.wait_healthy("postgres", "redis", "web", *([hop] if hop else []))
    return f"healthy {time.monotonic() - begin:.1f} s after it was started"


def contract_checks(contract: ComposeContract, label: str) -> None:
    for name, case in contract.cases():
        check(f"{label}: {name}", case)
    check(f"{label}: C24.503", contract.C24_unavailable)


def inside_and_outside(project: Project, connect: str, authority: str) -> str:
    """The guide's two proofs: doctor in the container, and verify on another machine with a token from here."""
    # What health says may be a second old.
    project.wait_healthy("web")
    _, output = HOST.execute(project.command("exec", "-T", "web", "/bin/safeharbor", "doctor"))
    verdicts = [line.split()[:2] for line in output.splitlines() if line[:4] in ("PASS", "WARN", "FAIL", "SKIP")]
    bad = {name for verdict, name in verdicts if verdict == "FAIL"}
    # As the guide says: from where web is there is no way to the mail server.
    expect(len(verdicts) > 9 and bad <= {"mail"}, f"doctor: {output[-3000:]}")
    token = HOST.succeed(project.command("exec", "-T", "web", "/bin/safeharbor", "verify-token")).strip()
    reach = f"--ca {authority} --connect {connect} --direct {HOST_ADDRESS}:8000"
    verify = VISITOR.succeed(f"echo {token} | {os.environ['BINARY']} verify --token-file - {reach} {PUBLIC} 2>&1")
    totals = " ".join(line.strip() for line in verify.splitlines() if line.split()[:1] in (["passed"], ["failed"]))
    return f"doctor: {len(verdicts)} looked at, {', '.join(sorted(bad)) or 'nothing'} as in the guide; verify: {totals}"


def tunnel() -> str:
    project, contract = through_tunnel()
    check("tunnel: nothing is published", lambda: walls.nothing_published(project))
    users_inside = {"web": 10001, "worker": 10001, "postgres": 999, "redis": 999, "cloudflared": 65532}
    for service, user in users_inside.items():
        check(f"confined: {service}", lambda service=service, user=user: walls.confined(project, service, user))
    check("limits", lambda: walls.limits(project))
    check("no shell", lambda: walls.no_shell(project))
    check("walls", lambda: walls.walls(project, "cloudflared"))
    check("passwords are needed", lambda: walls.passwords_needed(project))
    contract_checks(contract, "tunnel")
    edge = f"{project.address('cloudflared', 'outside')}:8443"
    check("tunnel: doctor, verify", lambda: inside_and_outside(project, edge, f"{WORK}/edge.crt"))
    check("no secret is shown", lambda: walls.no_secret_shown(project))
    check("a second project beside it", lambda: caddy(project))
    check("stops in time", lambda: keeping.stops_in_time(project))
    check("restart, down and up keep all", lambda: keeping.kept(project, contract))
    check("a backup can be restored", lambda: keeping.saved(project, contract))
    check("passwords can be changed", lambda: keeping.rotated(project, contract))
    check("a wrong token", lambda: keeping.wrong_token(project))
    check("a missing secret", lambda: refusals.missing_secret(project))
    podman("rm", "--force", "--time", "0", "mail")
    project.compose("down", "--volumes")
    return "taken down with all it stored"


def caddy(production: Project) -> str:
    """The rehearsal: another subnet, another hop, its own secrets, while production answers."""
    project = Project(
        "safeharbor-stage",
        "--public-url",
        PUBLIC,
        "--ingress",
        "caddy",
        "--internal-tls",
        "--bind",
        HOST_ADDRESS,
    )
    own = {name: project.value(name) for name in ("SAFEHARBOR_SUBNET", "SAFEHARBOR_DIR")}
    expect(all(production.value(name) != value for name, value in own.items()), f"shared: {own}")
    project.compose("up", "-d")
    up(project, "caddy")
    check("confined: caddy", lambda: walls.confined(project, "caddy", 0, 1 << 10))
    expect(
        walls.listening_on_the_host() == {f"{HOST_ADDRESS}:80", f"{HOST_ADDRESS}:443"},
        str(walls.listening_on_the_host()),
    )
    authority = f"{WORK}/caddy.crt"
    root = podman("exec", project.container("caddy"), "cat", "/data/caddy/pki/authorities/local/root.crt")
    (WORK / "caddy.crt").write_text(root)
    contract = ComposeContract(
        project,
        "caddy",
        "caddy",
        reach=f"--connect-to ::{HOST_ADDRESS}: --cacert {authority}",
        plain=f"http://{PUBLIC.split('//')[1]}",
        plain_by="hop",
        other_hosts="hop",
    )
    contract_checks(contract, "caddy")
    check("caddy: doctor, verify", lambda: inside_and_outside(project, f"{HOST_ADDRESS}:443", authority))
    production.wait_healthy("web", "cloudflared")
    expect(keeping.users(project) == "1" and keeping.users(production) == "1", "the two share what they store")
    project.compose("down", "--volumes")
    shutil.rmtree(project.folder)
    production.wait_healthy("web", "cloudflared")
    subnets = f"{own['SAFEHARBOR_SUBNET']} beside {production.value('SAFEHARBOR_SUBNET')}"
    return f"{subnets}; production answers during and after"


def host_hop() -> str:
    """A hop on the host: it comes from the gateway, and the port is on loopback alone."""
    project = Project("safeharbor-host", "--public-url", PUBLIC, "--host-hop", "--hop", "generic")
    port = project.value("SAFEHARBOR_PORT")
    project.compose("up", "-d")
    up(project, None)
    check("host-hop: on loopback alone", lambda: walls.on_loopback_alone(port))
    contract = ComposeContract(project, "generic", None, port=int(port))
    check("host-hop: the host is the hop", lambda: host_is_hop(contract))
    check("host-hop: a neighbour is not", contract.C1)
    check("host-hop: C21", contract.C21)
    # Who leads packages for the bridge to this host reaches the container, and is nobody there.
    check("host-hop: past the port", lambda: contract.stranger(VISITOR, VISITOR_ADDRESS))
    trusted = project.value("SAFEHARBOR_TRUSTED_PEER")
    check("another hop", lambda: another_hop(project))
    return f"port {port}, trusted {trusted}"


def another_hop(project: Project) -> str:
    """The guide's way to another hop, and back: what ran before goes down, whichever hop it had."""
    port = project.value("SAFEHARBOR_PORT")
    project.setup("--ingress", "tunnel", "--token-file", WORK / "token")
    project.compose("down")
    project.compose("up", "-d")
    project.wait_healthy("web", "cloudflared")
    walls.nothing_published(project)
    inside = project.inside("cloudflared")
    inside.succeed(f"curl -sf http://{project.value('SAFEHARBOR_WEB_ADDRESS')}:8000/healthz")
    project.setup("--ingress", "host-hop", "--port", port)
    project.compose("down", "--volumes")
    left = podman("ps", "--all", "--format", "{{.Names}}") + podman("volume", "ls", "--format", "{{.Name}}")
    left += podman("network", "ls", "--format", "{{.Name}}")
    mine = [name for name in left.split() if name.startswith(project.name)]
    expect(mine == [], f"left: {mine}")
    return "host-hop to tunnel to host-hop; nothing is left of either"


def host_is_hop(contract: ComposeContract) -> str:
    forged = [("X-Forwarded-For", b"1.2.3.4, 203.0.113.9"), ("X-Forwarded-Proto", b"https")]
    answer = contract.answer(contract.direct, forged)
    seen = contract.conclusion(answer)
    good = answer["addr"] == "203.0.113.9" and answer["trusted"] and answer["peer_addr"] == contract.hop_address
    expect(good, f"{answer}")
    page = contract.direct.ask("/sign-in", forged).status
    expect(page in (200, 303), f"a page by the hop: {page}")
    return f"{seen}; a page by the hop: {page}"


def no_hop() -> str:
    project = Project("safeharbor-look", "--ingress", "none")
    url = project.value("PUBLIC_URL")
    project.compose("up", "-d")
    up(project, None)
    status = HOST.succeed(f"curl -s -o /dev/null -w '%{{http_code}}' {url}/setup")
    forged = HOST.succeed(f"curl -s -o /dev/null -w '%{{http_code}}' -H 'X-Forwarded-Host: evil.example' {url}/setup")
    expect((status, forged) == ("200", "200"), f"{url}/setup answers {status}, with a forged host {forged}")
    walls.on_loopback_alone(project.value("SAFEHARBOR_PORT"))
    project.compose("down", "--volumes")
    return f"{url} answers on this host alone"


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begin = time.monotonic()
    write_podman()
    join_visitor()
    check_out()
    refusals.run_all(check)
    check("stand-in images", lambda: images.build() or ", ".join(images.compose_images().values()))
    check("tunnel", tunnel)
    check("host-hop", host_hop)
    check("no hop", no_hop)
    print(f"{time.monotonic() - begin:.0f} s")
    if failed:
        print(f"failed: {', '.join(failed)}")
    print(f"{passed} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
