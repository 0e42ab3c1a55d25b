"""Start, restart, stop, crash, hang, reboot: what the units promise while requests come in."""

from __future__ import annotations

import json
import os
import shlex
import signal
import time

from under_load import Load
from world import LIBRARY, NAME, PUBLIC, SERVER, World


def load(world: World, **more: object) -> Load:
    """Load from the other host, through Caddy."""
    program = f"python3 {LIBRARY / 'load.py'}"
    options = f"--connect {SERVER}:443 --ca {world.authority}"
    return Load(world.client, program, PUBLIC, ["/sign-in", "/livez", "/healthz"], options, **more)  # type: ignore[arg-type]


def check_the_first_request_starts_the_service(world: World) -> None:
    world.server.succeed("systemctl stop safeharbor.service")
    assert world.show("safeharbor.socket", "ActiveState") == "active"
    page = world.client.succeed(f"curl -sS --fail --max-time 30 {world.through_caddy()} {PUBLIC}/sign-in")
    assert "<form" in page, page
    assert world.show("safeharbor.service", "ActiveState") == "active"


def check_ready_comes_after_the_bind(world: World) -> None:
    """With a listener of its own: in the moment in which systemd takes it for started, it answers."""
    for _ in range(5):
        world.server.succeed(
            "systemd-run --quiet --unit=own-listener --service-type=notify --collect"
            " -p User=safeharbor -p Group=safeharbor -p EnvironmentFile=/etc/safeharbor/safeharbor.env"
            " -p StateDirectory='safeharbor safeharbor/uploads' -p StateDirectoryMode=0700"
            " --setenv=UPLOAD_DIR=/var/lib/safeharbor/uploads --setenv=LISTEN=127.0.0.1:8010 /usr/bin/safeharbor serve"
            " && curl -sS --fail --max-time 20 http://127.0.0.1:8010/livez"
        )
        world.server.succeed("systemctl stop own-listener.service")


def check_restarts_under_load_lose_nothing(world: World) -> None:
    with load(world, least=60):
        for _ in range(5):
            world.server.succeed("systemctl restart safeharbor.service")


def check_an_upgrade_under_load_loses_nothing(world: World) -> None:
    with load(world, least=20):
        world.server.succeed("dpkg -i /root/safeharbor.deb", timeout=180)


def check_a_killed_service_comes_back(world: World) -> None:
    restarts = int(world.show("safeharbor.service", "NRestarts"))
    world.server.succeed(f"kill -KILL {world.main_pid()}")
    # Whoever asks meanwhile waits at the listener.
    world.client.succeed(f"curl -sS --fail --max-time 30 {world.through_caddy()} {PUBLIC}/sign-in")
    assert int(world.show("safeharbor.service", "NRestarts")) == restarts + 1
    world.crash("safeharbor-worker.service")


def check_many_crashes_in_a_row_do_not_close_the_listener(world: World) -> None:
    for _ in range(8):
        world.crash()
    assert world.show("safeharbor.socket", "ActiveState") == "active"
    world.wait_for_health()


def check_a_process_that_hangs_is_replaced(world: World) -> None:
    drop_in = "/run/systemd/system/{}.d/watchdog.conf"
    units = ("safeharbor.service", "safeharbor-worker.service")
    for unit in units:
        assert world.show(unit, "WatchdogUSec") == "30s"
        world.server.put(drop_in.format(unit), "[Service]\nWatchdogSec=10\n")
    world.server.succeed(
        "systemctl daemon-reload", "systemctl restart safeharbor.service safeharbor-worker.service"
    )
    try:
        before = {unit: world.main_pid(unit) for unit in units}
        world.server.succeed(f"kill -STOP {before[units[0]]} {before[units[1]]}")
        for unit in units:
            world.wait_for_another(unit, before[unit], timeout=90)
            world.server.wait_until_succeeds(
                f"journalctl --sync; journalctl --no-pager -o cat -u {unit} | grep -F 'Watchdog timeout'"
            )
        world.wait_for_health()
    finally:
        world.server.succeed(f"rm -r {' '.join(os.path.dirname(drop_in.format(unit)) for unit in units)}")
        world.server.succeed(
            "systemctl daemon-reload", "systemctl restart safeharbor.service safeharbor-worker.service"
        )


SLOW_FORM = """
import os, socket, sys, time
s = socket.create_connection(("127.0.0.1", 8000), 30)
body = b"email=nobody%40example.org&password=wrong-password"
s.sendall(b"POST /sign-in HTTP/1.1\\r\\nHost: {name}\\r\\nX-Forwarded-Proto: https\\r\\nX-Forwarded-For: 198.51.100.7\\r\\n"
    b"Origin: {public}\\r\\nContent-Type: application/x-www-form-urlencoded\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body))
s.sendall(body[:10])
open("/tmp/half-sent", "w").close()
while not os.path.exists("/tmp/draining"):
    time.sleep(0.1)
s.sendall(body[10:])
answer = b""
while chunk := s.recv(65536):
    answer += chunk
sys.stdout.write(answer.split(b"\\r\\n\\r\\n")[0].decode())
"""


def check_a_stop_drains(world: World) -> None:
    """A form of which half has arrived is answered; the connection ends with it."""
    world.server.put("/tmp/slow_form.py", SLOW_FORM.format(name=NAME, public=PUBLIC))
    process = world.server.popen("exec python3 /tmp/slow_form.py", stdout=-1)
    try:
        world.server.wait_until_succeeds("test -e /tmp/half-sent")
        world.server.succeed("systemctl stop --no-block safeharbor.service")
        world.wait_for_status("draining")
        world.server.succeed("touch /tmp/draining")
        head, _ = process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    lines = head.lower().splitlines()
    assert lines[0] == "http/1.1 422 unprocessable entity" and "connection: close" in lines, head
    world.server.wait_until_succeeds("test $(systemctl show -P ActiveState safeharbor.service) = inactive")
    assert world.show("safeharbor.service", "Result") == "success"
    world.server.succeed("systemctl start safeharbor.service")


def check_stopping_the_target_stops_all_of_it(world: World) -> None:
    units = (
        "safeharbor.socket",
        "safeharbor-metrics.socket",
        "safeharbor.service",
        "safeharbor-worker.service",
    )
    world.server.succeed("systemctl stop safeharbor.target")
    for unit in units:
        # The command waits for the target alone.
        world.server.wait_until_succeeds(f"test $(systemctl show -P ActiveState {unit}) = inactive")
    world.server.fail("curl -sS --max-time 5 http://127.0.0.1:8000/livez")
    world.server.succeed("systemctl start safeharbor.target")
    world.wait_for_health()
    for unit in units:
        assert world.show(unit, "ActiveState") == "active", unit


def check_the_journal_has_its_fields(world: World) -> None:
    world.client.succeed(
        f"curl -sS --globoff --max-time 30 -o /dev/null {world.through_caddy()} '{PUBLIC}/sign-in?next=%0A%1b[31m'"
    )
    lines = world.server.succeed(
        "journalctl --sync; journalctl --no-pager -o json -n 50 _SYSTEMD_UNIT=safeharbor.service"
    ).splitlines()
    entries = [json.loads(line) for line in lines]
    asked = next(entry for entry in reversed(entries) if entry["MESSAGE"].startswith("GET /sign-in"))
    assert asked["SYSLOG_IDENTIFIER"] == "safeharbor" and asked["PRIORITY"] == "6", asked
    assert len(asked["SH_REQUEST_ID"]) == 16 and asked["_TRANSPORT"] == "journal", asked
    assert all(
        isinstance(entry["MESSAGE"], str) and entry["MESSAGE"].isprintable() for entry in entries
    ), entries
    worker = json.loads(
        world.server.succeed("journalctl --no-pager -o json -n 1 _SYSTEMD_UNIT=safeharbor-worker.service")
    )
    assert worker["SYSLOG_IDENTIFIER"] == "safeharbor-worker", worker
    # One line an event: nothing is written to the journal and to stderr as well.
    found = world.server.succeed(
        f"journalctl --no-pager -o cat SH_REQUEST_ID={shlex.quote(asked['SH_REQUEST_ID'])}"
    )
    assert found.count("GET /sign-in") == 1, found


def check_a_reboot_keeps_everything(world: World) -> None:
    count = "select (select count(*) from keepers) || ' ' || (select count(*) from sessions)"
    before = world.sql(count)
    assert before.startswith("1 "), before
    world.server.succeed("runuser -u safeharbor -- touch /var/lib/safeharbor/uploads/kept")
    world.server.reboot()
    begin = time.monotonic()
    world.client.wait_until_succeeds(
        f"curl -sS --fail --max-time 10 {world.through_caddy()} {PUBLIC}/sign-in", timeout=60
    )
    print(f"      pages {time.monotonic() - begin:.1f} s after the first process")
    world.wait_for_health()
    assert world.sql(count) == before
    world.server.succeed("test -e /var/lib/safeharbor/uploads/kept")
    world.server.wait_until_succeeds("systemctl is-active safeharbor-worker.service")
    assert "FAIL" not in world.server.succeed("safeharbor-admin doctor 2>&1")
