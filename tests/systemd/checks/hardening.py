"""What the units keep the processes from, seen from within the very same sandbox."""

from __future__ import annotations

import itertools

from world import CLIENT, World, number

# Funnel's own unit is root, because tailscaled listens to nobody else.
LIMITS = {
    "safeharbor.service": 0.3,
    "safeharbor-worker.service": 1.2,
    "safeharbor-cloudflared.service": 1.5,
    "safeharbor-tailscale-funnel.service": 3.0,
}


NUMBERS = itertools.count(1)


def check_exposure_scores(world: World) -> None:
    for unit, limit in LIMITS.items():
        for way in ("--offline=yes", ""):
            said = world.server.succeed(f"systemd-analyze security --no-pager {way} {unit}")
            score = number(r"Overall exposure level for \S+: ([0-9.]+)", said)
            assert score <= limit, f"{unit}: {score}, at most {limit}"
            print(f"      {unit} {way or 'as it runs'}: {score}")


def sandboxed(world: World, unit: str, script: str) -> str:
    """Runs a script in place of the unit's own program, with all that the unit and its drop-ins say about it."""
    # A name of its own each time, because the journal keeps what the one before said.
    name = f"inside-{next(NUMBERS)}-{unit}"
    text = world.server.succeed(f"cat /usr/lib/systemd/system/{unit}")
    kept = [
        line
        for line in text.splitlines()
        if not line.startswith(
            (
                "ExecStart",
                "Type=",
                "NotifyAccess=",
                "WatchdogSec=",
                "Restart",
                "Sockets=",
                "Requires=",
                "After=",
                "Wants=",
                "PartOf=",
                "WantedBy=",
            )
        )
    ]
    place = kept.index("[Service]") + 1
    world.server.put("/usr/local/lib/inside.py", script)
    kept[place:place] = ["Type=oneshot", "ExecStart=/usr/bin/python3 /usr/local/lib/inside.py"]
    world.server.put(f"/run/systemd/system/{name}", "\n".join(kept) + "\n")
    drop_ins = f"/etc/systemd/system/{unit}.d"
    world.server.succeed(
        f"if test -d {drop_ins}; then cp -r {drop_ins} /run/systemd/system/{name}.d; fi",
        "systemctl daemon-reload",
    )
    # The script says itself what it could not do, so it must come to its end.
    world.server.succeed(f"systemctl start {name}")
    said = world.journal(name)
    world.server.succeed(
        f"rm -r /run/systemd/system/{name} /run/systemd/system/{name}.d 2>/dev/null || true",
        "systemctl daemon-reload",
    )
    return said


CONNECT = f"""
import socket
for family, address in ((socket.AF_INET, "{CLIENT}"), (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    try:
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.settimeout(5)
            s.connect((address, 5999))
            print("connected to", address)
    except OSError as error:
        print("not to", address, "because", error)
"""


def check_only_the_worker_reaches_out(world: World) -> None:
    listener = world.client.popen(f"exec python3 -m http.server --bind {CLIENT} 5999 2>/dev/null", stdout=-3)
    try:
        world.server.wait_until_succeeds(f"curl -sS -o /dev/null --max-time 5 http://{CLIENT}:5999/")
        for unit, reaches in (("safeharbor.service", False), ("safeharbor-worker.service", True)):
            said = sandboxed(world, unit, CONNECT)
            assert (f"connected to {CLIENT}" in said) == reaches, f"{unit}: {said}"
            if not reaches:
                assert said.count("not to") == 3, said
    finally:
        listener.kill()
        listener.wait()


def check_a_redis_by_network(world: World) -> None:
    """The other profile: a drop-in opens the network to one address, and to no other."""
    server = world.server
    listener = world.client.popen(f"exec python3 -m http.server --bind {CLIENT} 5999 2>/dev/null", stdout=-3)
    try:
        server.succeed(
            "safeharbor-setup --redis-url redis://127.0.0.1:6379/0 --allow-address 127.0.0.1/32", timeout=120
        )
        world.wait_for_health()
        doctor = server.succeed("safeharbor-admin doctor 2>&1")
        assert "may connect to 127.0.0.1/32 and to nothing else" in doctor and "FAIL" not in doctor, doctor
        server.wait_until_succeeds(f"curl -sS -o /dev/null --max-time 5 http://{CLIENT}:5999/")
        said = sandboxed(world, "safeharbor.service", CONNECT.replace("5999", "6379"))
        assert "connected to 127.0.0.1" in said and "not to ::1" in said, said
        assert f"not to {CLIENT}" in sandboxed(world, "safeharbor.service", CONNECT)
    finally:
        listener.kill()
        listener.wait()
        server.succeed(
            "rm /etc/credstore/safeharbor.redis_url /etc/systemd/system/safeharbor.service.d/network.conf",
            "systemctl daemon-reload",
            "safeharbor-setup",
            timeout=120,
        )
    world.wait_for_health()
    assert "has no network of its own" in server.succeed("safeharbor-admin doctor 2>&1")


LOOK = """
import os
def attempt(name, function):
    try:
        print(name, "->", function())
    except OSError as error:
        print(name, "refused:", error.strerror)
attempt("write /etc", lambda: open("/etc/x", "w"))
attempt("write /usr", lambda: open("/usr/x", "w"))
attempt("read settings", lambda: open("/etc/safeharbor/safeharbor.env").read())
attempt("read shadow", lambda: open("/etc/shadow").read())
attempt("list homes", lambda: os.listdir("/root"))
attempt("other processes", lambda: [p for p in os.listdir("/proc") if p.isdigit() and p != str(os.getpid())])
attempt("memory", lambda: os.listdir("/dev/mem"))
attempt("root again", lambda: os.setuid(0))
attempt("write photos", lambda: open("/var/lib/safeharbor/uploads/x", "w").write("x"))
"""


def check_neither_sees_more_than_its_own(world: World) -> None:
    for unit in ("safeharbor.service", "safeharbor-worker.service"):
        said = sandboxed(world, unit, LOOK)
        for name in ("write /etc", "write /usr", "read settings", "read shadow", "list homes", "root again"):
            assert f"{name} refused:" in said, f"{unit}: {name}: {said}"
        assert "other processes -> []" in said, f"{unit}: {said}"
        assert "write photos -> 1" in said, f"{unit}: {said}"
    world.server.succeed("rm /var/lib/safeharbor/uploads/x")


def check_a_credential_in_place_of_a_setting(world: World) -> None:
    """A secret that only root can read reaches the service by the credential store."""
    world.server.put(
        "/etc/credstore/safeharbor.database_url", "postgresql:///safeharbor?host=/run/postgresql\n", 0o600
    )
    world.setting("DATABASE_URL", None)
    try:
        world.server.succeed("systemctl restart safeharbor.service safeharbor-worker.service")
        world.wait_for_health()
        shown = world.server.succeed("safeharbor-admin config")
        line = next(line for line in shown.splitlines() if line.startswith("DATABASE_URL"))
        assert "credential" in line, line
    finally:
        world.server.succeed("rm /etc/credstore/safeharbor.database_url")
        world.setting("DATABASE_URL", "postgresql:///safeharbor?host=/run/postgresql")
        world.server.succeed("systemctl restart safeharbor.service safeharbor-worker.service")
    world.wait_for_health()


def check_no_core_is_left(world: World) -> None:
    assert world.show("safeharbor.service", "LimitCORE") == "0"
    pid = world.main_pid()
    limits = world.server.succeed(f"cat /proc/{pid}/limits")
    assert number(r"Max open files\s+(\d+)", limits) == 8192, limits
    assert "cannot be raised" not in world.journal(
        "safeharbor.service"
    ), "it asked for more open files than it may have"
