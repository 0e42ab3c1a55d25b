"""What docker/setup and the compose file refuse, and what they say then."""

import os
import shutil
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from machines import WORK, expect, run
from project import COMPOSE, DOCKER, TOKEN, Project, setup

PUBLIC = "https://reef.example.org"
TUNNEL = ("--public-url", PUBLIC, "--ingress", "tunnel", "--token-file", WORK / "token")
CADDY = ("--public-url", PUBLIC, "--ingress", "caddy", "--email", "reef@example.org")

# What is said to setup, and a part of its answer.
REFUSED: list[tuple[tuple, str]] = [
    ((), "--ingress is missing"),
    (("--ingress", "nginx"), "it is tunnel, caddy, host-hop or none"),
    (("--ingress", "tunnel", "--token-file", WORK / "token"), "--public-url is missing"),
    (("--public-url", "http://reef.example.org", "--ingress", "host-hop"), "it begins with https://"),
    (("--public-url", f"{PUBLIC}/tanks", "--ingress", "host-hop"), "nothing after it but a port"),
    (("--public-url", "https://owner@reef.example.org", "--ingress", "host-hop"), "nothing after it but a port"),
    (("--public-url", "https://localhost", "--ingress", "host-hop"), "a host name"),
    (("--public-url", f"{PUBLIC}:99999", "--ingress", "host-hop"), "1 to 65535"),
    (("--public-url", PUBLIC, "--ingress", "tunnel"), "--token-file is missing"),
    (("--public-url", PUBLIC, "--ingress", "tunnel", "--token-file", "/nowhere"), "there is no such file"),
    (("--public-url", PUBLIC, "--ingress", "tunnel", "--token-file", WORK / "half"), "not all of it"),
    (("--public-url", PUBLIC, "--ingress", "tunnel", "--token-file", WORK / "command"), "a whole command"),
    (("--public-url", PUBLIC, "--ingress", "tunnel", "--token-file", WORK / "empty"), "it is empty"),
    (("--public-url", PUBLIC, "--ingress", "caddy"), "--email is missing"),
    ((*CADDY[:-1], "nobody"), "not a mail address"),
    ((*CADDY, "--https-port", "8443"), "must agree"),
    ((*CADDY, "--port", "8000"), "--port means nothing with --ingress caddy"),
    ((*CADDY, "--token-file", WORK / "token"), "--token-file means nothing with --ingress caddy"),
    ((*CADDY, "--internal-tls"), "two ways"),
    (("--internal-tls", *CADDY), "two ways"),
    ((*CADDY, "--replace-token"), "goes with --token-file"),
    (("--host-hop", "--ingress", "tunnel"), "disagree"),
    (("--host-hop", "--public-url", PUBLIC, "--hop", "nginx"), "generic, caddy, cloudflared or tailscale"),
    (("--ingress", "none", "--public-url", PUBLIC), "--public-url means nothing with --ingress none"),
    ((*TUNNEL, "--subnet", "10.9.0.1/29"), "its first address and /29"),
    ((*TUNNEL, "--subnet", "198.51.100.0/29"), "not a private network"),
    ((*TUNNEL, "--version", "a/b"), "no image tag"),
    (("-p", "Safe Harbor", *TUNNEL), "no name for a project"),
    (("-p", "../x", *TUNNEL), "no name for a project"),
    (("-p", "-x", *TUNNEL), "no name for a project"),
    (("-p", "a\nb", *TUNNEL), "no name for a project"),
    (("-p", "x" * 64, *TUNNEL), "no name for a project"),
    (("--public-url", f"{PUBLIC}\nTRUST_PROXY_HEADERS=1", "--host-hop"), "nothing after it but a port"),
    (("--public-url", "https://$(id).example.org", "--host-hop"), "a host name"),
    (("--public-url", "https://reef.example.org {", "--host-hop"), "nothing after it but a port"),
    (("--public-url", PUBLIC, "--ingress", "caddy", "--email", "a@example.org\n}"), "not a mail address"),
    ((*CADDY, "--bind", "0.0.0.0:1"), "not an IPv4 address"),
    ((*CADDY, "--bind", "010.0.0.1"), "not an IPv4 address"),
    ((*CADDY, "--http-port", "080"), "1 to 65535"),
    (("--public-url", PUBLIC, "--host-hop", "--port", "65536"), "1 to 65535"),
    ((*TUNNEL, "--subnet", "10.254.0.0/29;id"), "its first address and /29"),
    ((*TUNNEL, "--subnet", "10.254.0.0/24"), "its first address and /29"),
    ((*TUNNEL, "--version", "1\n2"), "no image tag"),
    (("--public-url", PUBLIC, "--ingress", "tunnel", "--token-file", WORK / "lines"), "more than one line"),
    ((*TUNNEL, "--tokn", "x"), "there is no option --tokn"),
    ((*TUNNEL, "--subnet"), "--subnet needs a value"),
]


def refused(words: tuple, wanted: str) -> None:
    done = setup(*words, check=False)
    said = done.stdout.strip()
    expect(done.returncode == 2 and wanted in said, f"{words}: {done.returncode}, {said[-300:]}")
    expect(not (DOCKER / "projects").exists(), f"{words}: it wrote something all the same")


def all_refused() -> str:
    (WORK / "half").write_text(TOKEN[:40])
    (WORK / "command").write_text(f"cloudflared service install {TOKEN}\n")
    (WORK / "empty").write_text("\n")
    (WORK / "lines").write_text(f"{TOKEN}\n{TOKEN}\n")
    for words, wanted in REFUSED:
        refused(words, wanted)
    return f"{len(REFUSED)} mistakes, each with its reason, and nothing written"


def in_use() -> str:
    with socket.create_server(("127.0.0.1", 8000)):
        refused(("--host-hop", "--public-url", PUBLIC, "--port", "8000"), "something listens there already")
        chosen = setup("--host-hop", "--public-url", PUBLIC, "--dry-run").stdout
        expect("http://127.0.0.1:8001" in chosen, f"it did not take the next port: {chosen[-600:]}")
    run("ip", "link", "add", "busy", "type", "bridge")
    run("ip", "address", "add", "10.254.0.1/28", "dev", "busy")
    run("ip", "link", "set", "busy", "up")
    try:
        refused((*TUNNEL, "--subnet", "10.254.0.8/29"), "has addresses of it")
        project = Project("taken", *TUNNEL)
        expect(project.value("SAFEHARBOR_SUBNET") == "10.254.0.16/29", project.value("SAFEHARBOR_SUBNET"))
        other = Project("other", *TUNNEL)
        expect(other.value("SAFEHARBOR_SUBNET") == "10.254.0.24/29", other.value("SAFEHARBOR_SUBNET"))
    finally:
        run("ip", "link", "delete", "busy")
        shutil.rmtree(DOCKER / "projects", ignore_errors=True)
    return "a port, a route and another project's subnet are seen; the next free one is taken"


def again() -> str:
    """A second run changes nothing; a flag changes what it says; no secret is ever overwritten."""
    dry = setup(*TUNNEL, "--dry-run")
    expect("nothing was written" in dry.stdout and not (DOCKER / "projects").exists(), dry.stdout)
    project = Project("safeharbor", *TUNNEL)
    files = {path: (path.read_bytes(), path.stat().st_ino) for path in project.folder.rglob("*") if path.is_file()}
    expect("changed" not in project.setup(), "a second run changed something")
    project.setup("--public-url", "https://other.example.org")
    expect(project.value("PUBLIC_URL") == "https://other.example.org", "the new address was not taken")
    for path, (content, inode) in files.items():
        if path.name != "env":
            same = path.read_bytes() == content and path.stat().st_ino == inode
            expect(same, f"{path.name} was written again")
    other = WORK / "other-token"
    other.write_text(TOKEN.replace("MDEy", "MDEz") + "\n")
    done = setup("--token-file", other, check=False)
    expect(done.returncode == 2 and "--replace-token" in done.stdout, done.stdout)
    setup("--token-file", other, "--replace-token")
    expect((project.folder / "secrets/tunnel-token").read_text() == other.read_text(), "the token was not replaced")
    modes = {path.name: path.stat() for path in (project.folder / "secrets").rglob("*")}
    for name, found in modes.items():
        expect(found.st_mode & 0o077 == 0 and found.st_mode & 0o222 == 0, f"{name} has mode {found.st_mode:o}")
    owners = {name: found.st_uid for name, found in modes.items()}
    wanted = {"postgres-password": 999, "redis.conf": 999, "tunnel-token": 65532, "database_url": 10001}
    expect(all(owners[name] == user for name, user in wanted.items()), str(owners))
    expect(project.folder.stat().st_mode & 0o777 == 0o700, "others can look into the project's folder")
    shutil.rmtree(DOCKER / "projects")
    return f"{len(modes)} secrets, each readable by its container's user alone"


def at_once() -> str:
    """Several at the same time wait for each other: no subnet and no port twice, and secrets that fit together."""
    names = ["one", "two", "three", "three", "three"]
    words = ("--public-url", PUBLIC, "--host-hop")
    with ThreadPoolExecutor(len(names)) as pool:
        projects = list(pool.map(lambda name: Project(name, *words), names))
    for value in ("SAFEHARBOR_SUBNET", "SAFEHARBOR_PORT"):
        given = {project.name: project.value(value) for project in projects}
        expect(len(set(given.values())) == 3, f"{value}: {given}")
    for project in projects:
        password = (project.folder / "secrets/database-password").read_text().strip()
        url = (project.folder / "secrets/safeharbor/database_url").read_text()
        expect(f":{password}@" in url, f"{project.name}: the two do not fit together")
    shutil.rmtree(DOCKER / "projects")
    return f"{len(names)} at once made {len(set(names))} projects that share nothing"


def asked() -> str:
    """On a terminal it asks for what is missing."""
    leader, follower = os.openpty()
    answers = f"tunnel\n{PUBLIC}\n{WORK}/token\n"
    os.write(leader, answers.encode())
    try:
        done = run(DOCKER / "setup", stdin=follower)
    finally:
        os.close(leader)
        os.close(follower)
    project = Project("safeharbor")
    given = tuple(project.value(name) for name in ("SAFEHARBOR_INGRESS", "PUBLIC_URL"))
    expect(given == ("tunnel", PUBLIC) and "next:" in done.stdout, f"{given}: {done.stdout}")
    shutil.rmtree(DOCKER / "projects")
    return "three answers on a terminal, no flag"


def without_programs() -> str:
    """A program that it needs and does not find is named before anything is written."""
    bin = WORK / "few"
    bin.mkdir()
    for program in ("bash", "dirname", "awk", "base64", "od", "sed", "stat", "cat"):
        (bin / program).symlink_to(shutil.which(program))
    done = run("bash", DOCKER / "setup", *TUNNEL, check=False, env={"PATH": str(bin)})
    expect(done.returncode == 2 and "flock is missing" in done.stdout, done.stdout)
    expect(not (DOCKER / "projects").exists(), "it wrote something all the same")
    return done.stdout.strip()


def nobody_else() -> str:
    """Who is not root is told so, and reads nothing."""
    shutil.chown(DOCKER.parent, 65534)
    DOCKER.parent.chmod(0o755)
    WORK.chmod(0o711)
    done = run("setpriv", "--reuid=65534", "--clear-groups", DOCKER / "setup", "--ingress", "none", check=False)
    expect(done.returncode == 2 and "run it as root" in done.stdout, done.stdout)
    return "docker/setup asks for root"


def nothing_set() -> str:
    """The compose file without its values: compose stops and names the first that is missing."""
    names = {"SAFEHARBOR", "PUBLIC_URL"}
    environment = {name: value for name, value in os.environ.items() if name.split("_")[0] not in names}
    done = run(*COMPOSE.split(), "-f", DOCKER / "compose.yaml", "config", check=False, env=environment)
    expect(done.returncode != 0 and "run docker/setup first" in done.stdout, done.stdout[-500:])
    wrapper = run(DOCKER / "compose", "-p", "nobody", "ps", check=False)
    expect(wrapper.returncode == 2 and "there is no project nobody yet" in wrapper.stdout, wrapper.stdout)
    return "run docker/setup first"


def missing_secret(project: Project) -> str:
    """Without its database address the service says which setting is missing; without a file compose stops."""
    secrets = project.folder / "secrets"
    (secrets / "safeharbor/database_url").rename(WORK / "away")
    project.compose("restart", "web", check=False)
    log = project.log("web")
    (WORK / "away").rename(secrets / "safeharbor/database_url")
    expect("DATABASE_URL" in log.splitlines()[-1] or "DATABASE_URL" in log[-1500:], f"its log: {log[-600:]}")
    project.wait_healthy("web")
    project.compose("down")
    (secrets / "redis.conf").rename(WORK / "away")
    said = project.compose("up", "-d", "redis", check=False)
    running = run(*COMPOSE.split()[2:], "ps", "--format", "{{.Names}}", check=False).stdout
    (WORK / "away").rename(secrets / "redis.conf")
    expect("redis.conf" in said and "no such file" in said, said[-600:])
    expect(f"{project.name}_redis_1" not in running, f"Redis runs without its configuration: {running}")
    return "the service names DATABASE_URL and comes back by itself; compose names redis.conf"


def run_all(check: Callable[[str, Callable[[], str]], None]) -> None:
    check("setup refuses", all_refused)
    check("setup sees what is in use", in_use)
    check("setup again", again)
    check("setup at once", at_once)
    check("setup asks", asked)
    check("setup without its programs", without_programs)
    check("setup needs root", nobody_else)
    check("compose without setup", nothing_set)
