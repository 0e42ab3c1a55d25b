"""The checks, one line each; the last line counts them. Started by `run`, inside its namespaces."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import images
import refusals
from hop_contract import ComposeContract, neighbour
from machines import (
    HOST, HOST_ADDRESS, PODMAN, VISITOR, VISITOR_ADDRESS, WORK, Failure, in_network_of, join_visitor, podman, run,
    write_podman,
)  # fmt: skip
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
    except (AssertionError, OSError, ValueError, KeyError, IndexError) as error:
        seen, verdict = f"{type(error).__name__}: {error}", "FAIL"
        failed.append(name)
    print(f"{verdict}  {name:34} {time.monotonic() - begin:5.1f} s  {seen}", flush=True)


def expect(good: bool, seen: str) -> str:
    if not good:
        raise Failure(seen)
    return seen


# What a container may do


def status_of(project: Project, service: str) -> dict[str, str]:
    pid = project.inspect(service)["State"]["Pid"]
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return {name: value.strip() for name, _, value in (line.partition(":") for line in file)}


def confined(project: Project, service: str, user: int, capabilities: int = 0) -> str:
    """Asked of the kernel: user, every capability set, no new privileges, seccomp, a root that cannot be written."""
    status = status_of(project, service)
    expect(set(status["Uid"].split()) == {str(user)}, f"user {status['Uid']}")
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        held = int(status[name], 16)
        expect(held & ~capabilities == 0, f"{name} {status[name]}")
    expect(status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", "privileges can be gained, or no seccomp filter")
    pid = project.inspect(service)["State"]["Pid"]
    with open(f"/proc/{pid}/mounts", encoding="utf-8") as file:
        mounts = [line.split() for line in file]
    root = [options.split(",") for _, where, _, options, *_ in mounts if where == "/"]
    expect(len(root) == 1 and "ro" in root[0], f"its root is {root}")
    # What can be written at all, besides the kernel's own.
    writable = sorted(
        where for _, where, kind, options, *_ in mounts
        if "rw" in options.split(",") and kind not in ("proc", "sysfs", "devpts", "mqueue", "cgroup", "cgroup2")
        and not where.startswith(("/dev", "/proc", "/sys"))
    )  # fmt: skip
    # Podman's own files, which Docker mounts in the same way.
    writable = [where for where in writable if where not in ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/.containerenv")]
    allowed = {
        "web": {"/var/lib/safeharbor/uploads"},
        "worker": {"/var/lib/safeharbor/uploads"},
        "postgres": {"/var/lib/postgresql/data", "/run/postgresql", "/tmp"},
        "redis": {"/data"},
        "cloudflared": set(),
        "caddy": {"/data", "/config", "/tmp"},
    }[service]
    expect(set(writable) == allowed, f"it can write to {writable}")
    return f"user {user}, capabilities {status['CapBnd']}, no new privileges, root read-only, writes to {writable or 'nothing'}"


def limits(project: Project) -> str:
    seen = []
    for service in ("web", "worker", "postgres", "redis"):
        found = project.inspect(service)
        memory, pids = found["HostConfig"]["Memory"], found["HostConfig"]["PidsLimit"]
        restart = found["HostConfig"]["RestartPolicy"]["Name"]
        expect(memory > 0 and pids > 0 and restart == "unless-stopped", f"{service}: {memory}, {pids}, {restart}")
        expect(found["HostConfig"]["LogConfig"]["Size"] not in ("", "0B"), f"{service}: its log has no limit")
        seen.append(f"{service} {memory >> 20} MiB")
    return ", ".join(seen)


def no_shell(project: Project) -> str:
    done = run(PODMAN, "exec", project.container("web"), "/bin/sh", "-c", "true", check=False)
    expect(done.returncode == 127, f"/bin/sh ended with {done.returncode}")
    version = project.compose("exec", "-T", "web", "/bin/safeharbor", "--version").strip()
    return f"no /bin/sh; {version.splitlines()[-1]} runs without one"


def no_secret_shown(project: Project) -> str:
    """Neither in what the engine shows of a container, nor in a log, nor in a process's arguments or environment."""
    secrets = [path.read_text().strip() for path in (project.folder / "secrets").rglob("*") if path.is_file()]
    words = {word for text in secrets for word in text.replace("\n", " ").split() if len(word) > 30}
    shown = []
    for service in ("web", "worker", "postgres", "redis", "cloudflared"):
        shown.append(json.dumps(project.inspect(service)) + project.log(service))
        pid = project.inspect(service)["State"]["Pid"]
        for name in ("cmdline", "environ"):
            with open(f"/proc/{pid}/{name}", "rb") as file:
                shown.append(file.read().decode(errors="replace"))
    for word in words:
        expect(not any(word in text for text in shown), "a secret can be seen in inspect, log, arguments or environment")
    return f"{len(words)} secrets, none of them in inspect, logs, arguments and environments of 5 containers"


# Who reaches whom


def listening_on_the_host() -> set[str]:
    lines = HOST.succeed("ss -Hltn").splitlines()
    return {line.split()[3] for line in lines if not line.split()[3].endswith(":53")}


def nothing_published(project: Project) -> str:
    for service in ("web", "worker", "postgres", "redis", "cloudflared"):
        # What an image exposes is listed, too, and leads to nothing.
        ports = project.inspect(service)["HostConfig"]["PortBindings"]
        expect(not any(ports.values()), f"{service} publishes {ports}")
    expect(listening_on_the_host() == set(), f"the host listens on {listening_on_the_host()}")
    return "no port of the project on the host"


def refused(machine, address: str, port: int) -> None:
    """No connection: refused, or no way there."""
    status, _ = machine.execute(f"timeout 1 bash -c 'exec 3<>/dev/tcp/{address}/{port}'")
    expect(status != 0, f"{machine.name} reached {address}:{port}")


def reached(machine, address: str, port: int) -> None:
    machine.succeed(f"timeout 2 bash -c 'exec 3<>/dev/tcp/{address}/{port}'")


def walls(project: Project, hop: str) -> str:
    postgres, redis = project.address("postgres", "data"), project.address("redis", "data")
    web = project.value("SAFEHARBOR_WEB_ADDRESS")
    web_on_data = project.address("web", "data")
    inside = {service: project.inside(service) for service in ("web", "worker", "postgres", hop)}
    # The control: what must be reached is reached, by the same means.
    reached(inside["web"], postgres, 5432)
    reached(inside["worker"], redis, 6379)
    reached(inside[hop], web, 8000)
    # From the hop, from another host, and from a container that is in no network of the project.
    podman("run", "--detach", "--name", "elsewhere", "localhost/safeharbor-test/debian", "sleep", "600")
    try:
        for machine in (inside[hop], VISITOR, in_network_of("elsewhere")):
            for address, port in ((postgres, 5432), (redis, 6379)):
                refused(machine, address, port)
        refused(in_network_of("elsewhere"), web, 8000)
    finally:
        podman("rm", "--force", "--time", "0", "elsewhere")
    # The pages are on the hop's network alone.
    for service in ("postgres", "worker"):
        refused(inside[service], web_on_data, 8000)
        refused(inside[service], web, 8000)
    # No way out but for the hop and for mail. The other host stands for everything outside; something listens there.
    control = run_control()
    try:
        reached(inside[hop], VISITOR_ADDRESS, 7777)
        reached(inside["worker"], VISITOR_ADDRESS, 7777)
        for service in ("web", "postgres"):
            refused(inside[service], VISITOR_ADDRESS, 7777)
    finally:
        control.kill()
        control.wait()
    return "Postgres, Redis: web and worker alone; pages: the hop alone; outward: the hop and the worker alone"


def run_control() -> subprocess.Popen:
    words = [*VISITOR.prefix, "python3", "-m", "http.server", "7777", "--bind", VISITOR_ADDRESS]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    VISITOR.wait_until_succeeds(f"curl -s -o /dev/null http://{VISITOR_ADDRESS}:7777/", timeout=20)
    return process


def passwords_needed(project: Project) -> str:
    address = project.address("postgres", "data")
    name = neighbour(project, "data")
    try:
        words = ("exec", "-e", "PGCONNECT_TIMEOUT=5", name, "psql", "-w", "-h", address, "-d", "safeharbor", "-c", "select 1")
        for user in ("safeharbor", "postgres"):
            output = podman(*words, "-U", user, check=False)
            expect("no password supplied" in output, f"Postgres without a password: {output.strip()}")
        output = podman("exec", name, "redis-cli", "-h", project.address("redis", "data"), "ping", check=False)
        expect("NOAUTH" in output, f"Redis without a password: {output.strip()}")
    finally:
        podman("rm", "--force", "--time", "0", name)
    role = project.sql("select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = 'safeharbor'")
    expect(role == "f", f"the service's role may more than it needs: {role}")
    return "Postgres and Redis ask for a password; the service's role is no superuser"


# What is kept


def users(project: Project) -> str:
    return project.sql("select count(*) from keepers")


def kept(project: Project, contract: ComposeContract) -> str:
    """Stores through the hop, then restarts, takes down and brings up again."""
    find_edge(project, contract)
    before = users(project)
    expect(before != "0", "nobody is stored")
    photos = podman("volume", "inspect", "--format", "{{.Mountpoint}}", project.network("photos")).strip()
    (open(f"{photos}/mark", "w")).close()
    begin = time.monotonic()
    project.compose("restart", "web")
    project.wait_healthy("web")
    seconds = time.monotonic() - begin
    contract.sign_in()
    expect(users(project) == before, "a restart of web lost what was stored")
    project.compose("down")
    names = podman("ps", "--all", "--format", "{{.Names}}").split()
    expect(not [name for name in names if name.startswith(f"{project.name}_")], f"still there: {names}")
    project.compose("up", "-d")
    project.wait_healthy("postgres", "redis", "web", "cloudflared")
    find_edge(project, contract)
    contract.sign_in()
    expect(users(project) == before, "down and up lost what was stored")
    expect(os.path.exists(f"{photos}/mark"), "down and up lost a photo")
    os.remove(f"{photos}/mark")
    return f"{before} keeper and the photos are still there; web was back after {seconds:.1f} s"


def stops_in_time(project: Project) -> str:
    """Every container ends by itself on its signal, and none has to be killed."""
    seen = []
    for service in ("cloudflared", "web", "worker", "redis", "postgres"):
        begin = time.monotonic()
        podman("stop", project.container(service))
        code = project.inspect(service)["State"]["ExitCode"]
        expect(code == 0, f"{service} ended with {code}")
        seen.append(f"{service} {time.monotonic() - begin:.1f} s")
    project.compose("up", "-d")
    project.wait_healthy("postgres", "redis", "web", "cloudflared")
    return ", ".join(seen)


def rotated(project: Project, contract: ComposeContract) -> str:
    """The guide's way to a new database and a new Redis password."""
    secrets = project.folder / "secrets"
    old = {name: (secrets / name).read_text() for name in ("database-password", "redis-password")}
    for name in old:
        (secrets / name).unlink()
    project.setup()
    for name, text in old.items():
        expect((secrets / name).read_text() != text, f"{name} is the old one")
    project.compose("up", "-d", "--force-recreate")
    project.wait_healthy("postgres", "redis")
    project.compose("exec", "-T", "postgres", "/docker-entrypoint-initdb.d/role.sh")
    project.wait_healthy("web", "cloudflared")
    find_edge(project, contract)
    contract.sign_in()
    health = contract.through.ask("/healthz").body
    expect('"redis":"ok"' in health.replace(" ", ""), health)
    return "both changed; the owner signs in, Redis answers"


def saved(project: Project) -> str:
    """The guide's backup, restored into a database beside the first."""
    HOST.succeed(
        project.command("exec", "-T", "postgres", "pg_dump", "-U", "postgres", "-Fc", "safeharbor")
        + f" >{WORK}/safeharbor.dump"
    )
    container = project.container("postgres")
    podman("exec", container, "createdb", "-U", "postgres", "-O", "safeharbor", "restored")
    with open(WORK / "safeharbor.dump", "rb") as dump:
        run(PODMAN, "exec", "--interactive", container, "pg_restore", "-U", "postgres", "--exit-on-error", "-d", "restored", stdin=dump)
    words = ("exec", container, "psql", "-XAtq", "-U", "postgres", "-d", "restored", "-c", "select count(*) from keepers")
    restored = podman(*words).strip()
    podman("exec", container, "dropdb", "-U", "postgres", "restored")
    return expect(restored == users(project), f"{restored} keeper in the dump, {users(project)} in the database")


def wrong_token(project: Project) -> str:
    """A token that cannot be read: the tunnel does not become healthy and says why; the pages are unmoved."""
    path = project.folder / "secrets" / "tunnel-token"
    right = path.read_text()
    path.chmod(0o600)
    path.write_text("no token at all\n")
    podman("restart", "--time", "5", project.container("cloudflared"), check=False)
    time.sleep(2)
    log = project.log("cloudflared")
    unhealthy = run(PODMAN, "healthcheck", "run", project.container("cloudflared"), check=False).returncode != 0
    path.write_text(right)
    path.chmod(0o400)
    expect("token is not valid" in log and unhealthy, f"healthy: {not unhealthy}; its log: {log[-300:]}")
    project.wait_healthy("web", "cloudflared")
    return "it says so in its log and is not healthy; with the right one it comes back by itself"


# The whole


def through_tunnel() -> tuple[Project, ComposeContract]:
    project = Project("safeharbor", "--public-url", PUBLIC, "--ingress", "tunnel", "--token-file", WORK / "token")
    with open(project.folder / "settings.env", "a", encoding="utf-8") as file:
        file.write("SMTP_HOST=mail\nSMTP_PORT=25\nSMTP_TLS=none\nSMTP_FROM=reef@example.org\nDEFAULT_TZ=Europe/Berlin\n")
    check("up: tunnel", lambda: project.compose("up", "-d") and up(project, "cloudflared"))
    podman(
        "run", "--detach", "--name", "mail", "--network", f"{project.network('mail')}:alias=mail",
        "localhost/safeharbor-test/mail",
    )  # fmt: skip
    contract = ComposeContract(
        project, "cloudflared", "cloudflared", plain=f"http://{PUBLIC.split('//')[1]}",
        mails=f"{PODMAN} exec mail cat /mails",
    )  # fmt: skip
    find_edge(project, contract)
    return project, contract


def find_edge(project: Project, contract: ComposeContract) -> None:
    """Visitors come to the stand-in's edge inside the container, whose address is another after each new start."""
    edge = project.address("cloudflared", "outside")
    contract.through.options = f"--connect-to ::{edge}:8443 --cacert {WORK}/edge.crt"
    contract.plain.options = f"--connect-to ::{edge}:8080"


def up(project: Project, hop: str | None) -> str:
    begin = time.monotonic()
    project.wait_healthy("postgres", "redis", "web", *([hop] if hop else []))
    return f"healthy {time.monotonic() - begin:.1f} s after it was started"


def contract_checks(contract: ComposeContract, label: str) -> None:
    for name, case in contract.cases():
        check(f"{label}: {name}", case)
    check(f"{label}: C24.503", contract.C24_unavailable)


def tunnel() -> None:
    project, contract = through_tunnel()
    check("tunnel: nothing is published", lambda: nothing_published(project))
    for service, user in (("web", 10001), ("worker", 10001), ("postgres", 999), ("redis", 999), ("cloudflared", 65532)):
        check(f"confined: {service}", lambda service=service, user=user: confined(project, service, user))
    check("limits", lambda: limits(project))
    check("no shell", lambda: no_shell(project))
    check("walls", lambda: walls(project, "cloudflared"))
    check("passwords are needed", lambda: passwords_needed(project))
    contract_checks(contract, "tunnel")
    check("no secret is shown", lambda: no_secret_shown(project))
    check("a second project beside it", lambda: caddy(project))
    check("stops in time", lambda: stops_in_time(project))
    check("restart, down and up keep all", lambda: kept(project, contract))
    check("a backup can be restored", lambda: saved(project))
    check("passwords can be changed", lambda: rotated(project, contract))
    check("a wrong token", lambda: wrong_token(project))
    check("a missing secret", lambda: refusals.missing_secret(project))
    podman("rm", "--force", "--time", "0", "mail")
    project.compose("down", "--volumes")


def caddy(production: Project) -> str:
    """The rehearsal: another subnet, another hop, its own secrets, while production answers."""
    project = Project(
        "safeharbor-stage", "--public-url", PUBLIC, "--ingress", "caddy", "--internal-tls",
        "--bind", HOST_ADDRESS,
    )  # fmt: skip
    own = {name: project.value(name) for name in ("SAFEHARBOR_SUBNET", "SAFEHARBOR_DIR")}
    expect(all(production.value(name) != value for name, value in own.items()), f"shared: {own}")
    project.compose("up", "-d")
    up(project, "caddy")
    check("confined: caddy", lambda: confined(project, "caddy", 0, 1 << 10))
    expect(listening_on_the_host() == {f"{HOST_ADDRESS}:80", f"{HOST_ADDRESS}:443"}, str(listening_on_the_host()))
    authority = f"{WORK}/caddy.crt"
    HOST.succeed(f"{PODMAN} exec {project.container('caddy')} cat /data/caddy/pki/authorities/local/root.crt >{authority}")
    contract = ComposeContract(
        project, "caddy", "caddy", reach=f"--connect-to ::{HOST_ADDRESS}: --cacert {authority}",
        plain=f"http://{PUBLIC.split('//')[1]}", plain_by="hop", other_hosts="hop",
    )  # fmt: skip
    contract_checks(contract, "caddy")
    production.wait_healthy("web", "cloudflared")
    expect(users(project) == "1" and users(production) == "1", "the two share what they store")
    project.compose("down", "--volumes")
    shutil.rmtree(project.folder)
    production.wait_healthy("web", "cloudflared")
    return f"{own['SAFEHARBOR_SUBNET']} beside {production.value('SAFEHARBOR_SUBNET')}; production answers during and after"


def host_hop() -> str:
    """A hop on the host: it comes from the gateway, and the port is on loopback alone."""
    project = Project("safeharbor-host", "--public-url", PUBLIC, "--host-hop", "--hop", "generic")
    port = project.value("SAFEHARBOR_PORT")
    project.compose("up", "-d")
    up(project, None)
    check("host-hop: on loopback alone", lambda: on_loopback_alone(port))
    contract = ComposeContract(project, "generic", None, port=int(port))
    check("host-hop: the host is the hop", lambda: host_is_hop(contract))
    check("host-hop: a neighbour is not", contract.C1)
    check("host-hop: C21", contract.C21)
    project.compose("down", "--volumes")
    return f"port {port}, trusted {project.value('SAFEHARBOR_TRUSTED_PEER')}"


def on_loopback_alone(port: str) -> str:
    return expect(listening_on_the_host() == {f"127.0.0.1:{port}"}, f"the host listens on {listening_on_the_host()}")


def host_is_hop(contract: ComposeContract) -> str:
    forged = [("X-Forwarded-For", b"1.2.3.4, 203.0.113.9"), ("X-Forwarded-Proto", b"https")]
    answer = contract.answer(contract.direct, forged)
    seen = contract.conclusion(answer)
    expect(answer["addr"] == "203.0.113.9" and answer["trusted"] and answer["peer_addr"] == contract.hop_address, f"{answer}")
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
    on_loopback_alone(project.value("SAFEHARBOR_PORT"))
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
    tunnel()
    check("host-hop", host_hop)
    check("no hop", no_hop)
    print(f"{time.monotonic() - begin:.0f} s")
    if failed:
        print(f"failed: {', '.join(failed)}")
    print(f"{passed} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
