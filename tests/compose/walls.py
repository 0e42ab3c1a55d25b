"""What each container may do, and who reaches whom: asked of the kernel and by trying."""

import json
import subprocess

from hop_contract import neighbour
from machines import HOST, PODMAN, VISITOR, VISITOR_ADDRESS, Machine, expect, in_network_of, podman, run
from project import Project

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
        where
        for _, where, kind, options, *_ in mounts
        if "rw" in options.split(",")
        and kind not in ("proc", "sysfs", "devpts", "mqueue", "cgroup", "cgroup2")
        and not where.startswith(("/dev", "/proc", "/sys"))
    )
    # Podman's own files, which Docker mounts in the same way.
    engine = {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/.containerenv"}
    writable = [where for where in writable if where not in engine]
    allowed = {
        "web": {"/var/lib/safeharbor/uploads"},
        "worker": {"/var/lib/safeharbor/uploads"},
        "postgres": {"/var/lib/postgresql/data", "/run/postgresql", "/tmp"},
        "redis": {"/data"},
        "cloudflared": set(),
        "caddy": {"/data", "/config", "/tmp"},
    }[service]
    expect(set(writable) == allowed, f"it can write to {writable}")
    places = ", ".join(writable) or "nothing"
    return f"user {user}, capabilities {status['CapBnd']}, no new privileges, root read-only, writes to {places}"


def limit(pid: int, controller: str, old: str, new: str) -> int:
    """What the kernel holds a process to: the file of either version of control groups."""
    with open(f"/proc/{pid}/cgroup", encoding="ascii") as file:
        groups = {names: path for _, names, path in (line.strip().split(":", 2) for line in file)}
    where = f"/sys/fs/cgroup{groups['']}/{new}"
    for names, path in groups.items():
        if controller in names.split(","):
            where = f"/sys/fs/cgroup/{controller}{path}/{old}"
    with open(where, encoding="ascii") as file:
        text = file.read().strip()
    expect(text.isdigit(), f"{where} is {text}")
    return int(text)


def limits(project: Project) -> str:
    seen = []
    wanted = {"web": (512, 256), "worker": (512, 256), "postgres": (1024, 256), "redis": (128, 64)}
    for service, want in wanted.items():
        found = project.inspect(service)
        memory = limit(found["State"]["Pid"], "memory", "memory.limit_in_bytes", "memory.max") >> 20
        pids = limit(found["State"]["Pid"], "pids", "pids.max", "pids.max")
        restart = found["HostConfig"]["RestartPolicy"]["Name"]
        expect((memory, pids, restart) == (*want, "unless-stopped"), f"{service}: {memory} MiB, {pids}, {restart}")
        expect(found["HostConfig"]["LogConfig"]["Size"] not in ("", "0B"), f"{service}: its log has no limit")
        seen.append(f"{service} {memory} MiB and {pids} processes")
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
        expect(not any(word in text for text in shown), "a secret is in inspect, a log, arguments or an environment")
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


def refused(machine: Machine, address: str, port: int) -> None:
    """No connection: refused, or no way there."""
    status, _ = machine.execute(f"timeout 1 bash -c 'exec 3<>/dev/tcp/{address}/{port}'")
    expect(status != 0, f"{machine.name} reached {address}:{port}")


def reached(machine: Machine, address: str, port: int) -> None:
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
        words = ("exec", "-e", "PGCONNECT_TIMEOUT=5", name, "psql", "-w", "-h", address, "-d", "safeharbor", "-c", "")
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


def on_loopback_alone(port: str) -> str:
    return expect(listening_on_the_host() == {f"127.0.0.1:{port}"}, f"the host listens on {listening_on_the_host()}")
