"""The package: what it puts where, what `safeharbor-setup` asks, makes and refuses, what `safeharbor-admin` runs as."""

from __future__ import annotations

import os
import pty
import select
import shutil
import time

from machine import Failed
from world import PUBLIC, SETTINGS, World

CADDYFILE = """{
	local_certs
	skip_install_trust
}
"""


def check_apt_installs_and_starts_nothing(world: World) -> None:
    server = world.server
    shutil.copy(world.package, server.root / "root/safeharbor.deb")
    server.succeed("DEBIAN_FRONTEND=noninteractive apt-get install -y -q /root/safeharbor.deb", timeout=180)
    server.succeed("id safeharbor", "test -d /etc/safeharbor")
    for unit in ("safeharbor.socket", "safeharbor.service", "safeharbor-worker.service", "safeharbor.target"):
        assert world.show(unit, "UnitFileState") == "disabled", unit
        assert world.show(unit, "ActiveState") == "inactive", unit


def check_units_have_no_mistakes(world: World) -> None:
    def complaints(units: str) -> list[str]:
        # Its exit code says less than what it writes. The manuals are not installed here.
        said = world.server.execute(f"systemd-analyze verify --man=no {units} 2>&1")[1]
        lines = [line for line in said.splitlines() if "safeharbor" in line]
        return [line for line in lines if "Command cloudflared is not executable" not in line]

    # It does find one.
    world.server.put(
        "/run/systemd/system/safeharbor-mistake.service", "[Service]\nExecStart=/bin/true\nUzer=x\n"
    )
    assert complaints("safeharbor-mistake.service") != []
    world.server.succeed("rm /run/systemd/system/safeharbor-mistake.service")
    units = "safeharbor.target safeharbor-metrics.socket safeharbor-cloudflared.service"
    assert complaints(f"{units} safeharbor-worker.service safeharbor.slice") == []
    # Only that it stands on a service that is not installed here.
    funnel = complaints("safeharbor-tailscale-funnel.service")
    assert all("tailscaled.service" in line for line in funnel), funnel


def check_an_install_that_is_not_set_up_does_not_listen(world: World) -> None:
    world.server.succeed("systemctl start safeharbor.socket")
    assert world.show("safeharbor.socket", "ActiveState") == "inactive"
    assert world.show("safeharbor.socket", "ConditionResult") == "no"


def check_setup_says_what_is_missing(world: World) -> None:
    for arguments, expected in (
        ("", "--ingress is missing"),
        ("--ingress caddy", "--public-url is missing"),
        ("--ingress cloudflare", "it is cloudflared, caddy"),
        ("--ingress cloudflared --public-url https://reef.example.org", "--token-file is missing"),
        ("--ingress none --public-url https://reef.example.org", "a hop must stand in front"),
        ("--ingress", "needs a value"),
        ("--ingres caddy", "there is no option --ingres"),
        ("--public-url", "needs a value"),
        ("--ingress caddy --public-url http://reef.home.arpa", "set ALLOW_INSECURE_HTTP=1"),
        ("--ingress caddy --public-url http://reef.example.org --allow-insecure-http", "PUBLIC_URL"),
        (
            "--ingress caddy --public-url https://reef.example.org --listen 0.0.0.0:8000",
            "it is a loopback address",
        ),
        (
            "--ingress external --public-url https://reef.example.org --listen unix:/run/x.sock",
            "--listen-group",
        ),
        ("--ingress external --public-url https://reef.example.org/tank", "PUBLIC_URL"),
        (
            "--ingress caddy --public-url https://reef.example.org --database-url postgres://h/x",
            "--allow-address",
        ),
    ):
        said = world.server.fail(f"safeharbor-setup {arguments} </dev/null")
        assert expected in said, f"{arguments}: {said}"
        world.server.fail("test -e /etc/safeharbor/configured")
        assert everything_written(world) == "", arguments


def everything_written(world: World) -> str:
    """What a set-up writes, names and contents."""
    paths = f"{SETTINGS} /etc/credstore /etc/systemd/system/safeharbor*.d /etc/caddy/safeharbor.caddy"
    return world.server.succeed(f"grep -rs . {paths} | sort || true")


def check_setup_asks_a_person(world: World) -> None:
    world.server.put("/etc/caddy/Caddyfile", CADDYFILE, 0o640)
    world.server.succeed("chown root:caddy /etc/caddy/Caddyfile")
    said = answer(world, "safeharbor-setup", [("The hop [cloudflared]: ", "caddy"), ("[https://]: ", PUBLIC)])
    assert "Safe Harbor runs:" in said and '"status":"ok"' in said, said
    assert "setup-code" in said and PUBLIC in said, said
    world.trust_caddy()


def answer(world: World, command: str, answers: list[tuple[str, str]]) -> str:
    """Runs a command on a terminal and answers what it asks; gives everything it wrote."""
    ours, theirs = pty.openpty()
    # A session of its own whose terminal this is, so that /dev/tty leads here.
    process = world.server.popen(f"exec setsid --ctty {command}", stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said, waiting, deadline = "", list(answers), time.monotonic() + 120
    try:
        while True:
            if time.monotonic() > deadline:
                raise Failed(f"{command} still runs: {said}")
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                said += os.read(ours, 4096).decode(errors="replace")
            except OSError:  # Everybody at the other end is gone.
                break
            if waiting and said.endswith(waiting[0][0]):
                os.write(ours, waiting.pop(0)[1].encode() + b"\n")
    finally:
        os.close(ours)
        code = process.wait(30)
    if code != 0 or waiting:
        raise Failed(f"{command} ended with {code}, not asked for {waiting}: {said}")
    return said


def check_setup_made_what_the_service_needs(world: World) -> None:
    server = world.server
    assert server.succeed(f"stat -c '%a %U' {SETTINGS}").strip() == "600 root"
    assert server.succeed("stat -c '%a %U' /var/lib/safeharbor/uploads").strip() == "700 safeharbor"
    assert (
        world.sql(
            "select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = 'safeharbor'"
        )
        == "f"
    )
    assert (
        world.sql(
            "select usename || ' ' || (client_addr is null) from pg_stat_activity"
            " where datname = 'safeharbor' and usename <> 'postgres' limit 1"
        )
        == "safeharbor true"
    )
    assert server.succeed("ss -Hltn 'sport = :8000' | awk '{print $4}'").split() == ["127.0.0.1:8000"]
    # Its Redis has no port.
    redis = world.show("redis-server@safeharbor.service", "MainPID")
    assert f"pid={redis}," in server.succeed("ss -Hlxp"), redis
    assert f"pid={redis}," not in server.succeed("ss -Hltnp"), redis
    assert "import safeharbor.caddy" in server.succeed("cat /etc/caddy/Caddyfile")
    assert server.succeed("stat -c '%a %G' /etc/caddy/Caddyfile").strip() == "640 caddy"


def check_setup_again_changes_nothing(world: World) -> None:
    before = world.server.succeed(f"sort {SETTINGS}; cat /etc/caddy/Caddyfile /etc/caddy/safeharbor.caddy")
    said = world.server.succeed("safeharbor-setup </dev/null 2>&1", timeout=120)
    assert "Safe Harbor runs" in said
    assert (
        world.server.succeed(f"sort {SETTINGS}; cat /etc/caddy/Caddyfile /etc/caddy/safeharbor.caddy")
        == before
    )


def check_a_setup_that_fails_changes_nothing(world: World) -> None:
    before = everything_written(world)
    for arguments in (
        "--public-url https://reef.example.org/tank",
        "--public-url 'https://reef.example.org { respond hello }'",
        "--time-zone Mars/Olympus",
        "--smtp-host mail.example.org",
        "--listen unix:/run/safeharbor/http.sock --listen-group nobody-has-this",
        "--listen 127.0.0.1:70000",
        "--ingress tailscale-funnel",
        "--ingress cloudflared --token-file /does/not/exist",
        "--database-url postgres://192.0.2.2/x --allow-address 192.0.2.2 --public-url ftp://x",
        "--smtp-pass-file /etc/hosts",
    ):
        said = world.server.fail(f"safeharbor-setup {arguments} </dev/null")
        assert "safeharbor-setup: nothing is changed" in said, f"{arguments}: {said}"
        assert everything_written(world) == before, arguments
    world.server.succeed("systemctl restart safeharbor.service")
    world.wait_for_health()


def check_a_hop_of_ones_own(world: World) -> None:
    """With another proxy a person says which hop it is, and the next set-up leaves it so."""
    world.server.succeed("safeharbor-setup --ingress external --no-start")
    world.setting("PROXY_HOP", "cloudflared")
    world.server.succeed("safeharbor-setup --no-start")
    shown = world.server.succeed("safeharbor-admin config")
    assert "cloudflared" in shown, shown
    world.server.succeed("safeharbor-setup --ingress caddy", timeout=120)
    assert "PROXY_HOP=caddy" in world.server.succeed("safeharbor-admin doctor 2>&1")


def check_http_on_the_local_network(world: World) -> None:
    """It is said once, and ends with the next https address."""
    insecure = f"grep -x 'ALLOW_INSECURE_HTTP=\"1\"' {SETTINGS}"
    world.server.succeed(
        "safeharbor-setup --public-url http://reef.home.arpa --allow-insecure-http --no-start",
        insecure,
        "safeharbor-setup --no-start",
        insecure,
        f"safeharbor-setup --public-url {PUBLIC}",
        timeout=120,
    )
    world.server.fail(insecure)


def check_setup_starts_a_listener_beside_a_service_that_runs(world: World) -> None:
    world.server.succeed("systemctl stop safeharbor-metrics.socket", "safeharbor-setup", timeout=120)
    assert world.show("safeharbor-metrics.socket", "ActiveState") == "active"


def check_setup_does_not_wait_for_ever(world: World) -> None:
    """What waits for a Postgres that does not answer is named."""
    given = "--database-url postgres://192.0.2.99/x --allow-address 192.0.2.99"
    said = world.server.fail(f"safeharbor-setup {given} </dev/null", timeout=120)
    assert "it does not start: waiting for Postgres" in said, said
    world.server.succeed(
        "rm /etc/credstore/safeharbor.database_url /etc/systemd/system/safeharbor.service.d/network.conf",
        "systemctl daemon-reload",
        "safeharbor-setup",
        timeout=120,
    )


def check_two_setups_at_once(world: World) -> None:
    said = world.server.fail("flock /etc/safeharbor/.setup.lock safeharbor-setup </dev/null")
    assert "another safeharbor-setup runs" in said, said


def check_setup_keeps_what_a_person_wrote(world: World) -> None:
    world.setting("DATABASE_POOL", "7")
    world.server.succeed(
        "safeharbor-setup --smtp-host mail.example.org --smtp-from 'Reef $ \"tank\" <reef@example.org>'"
        " --smtp-user reef --smtp-pass-file - --no-start <<<'p@ss word'"
    )
    shown = world.server.succeed("safeharbor-admin config")
    for part in ("DATABASE_POOL", "7 ", "mail.example.org", 'Reef $ "tank" <reef@example.org>', "credential"):
        assert part in shown, f"{part}: {shown}"
    assert "p@ss" not in shown
    assert "p@ss" not in world.server.succeed(f"cat {SETTINGS}")
    assert world.server.succeed("stat -c '%a %U' /etc/credstore/safeharbor.smtp_pass").strip() == "600 root"
    for name in ("DATABASE_POOL", "SMTP_HOST", "SMTP_FROM", "SMTP_USER"):
        world.setting(name, None)
    world.server.succeed("rm /etc/credstore/safeharbor.smtp_pass")


def check_admin_runs_as_the_service(world: World) -> None:
    doctor = world.server.succeed("safeharbor-admin doctor 2>&1")
    assert "FAIL" not in doctor, doctor
    for part in (
        "0.2 SAFE",
        "port 8000 listens on 127.0.0.1",
        "PROXY_HOP=caddy",
        "requests in the last minutes",
    ):
        assert part in doctor, f"{part}: {doctor}"
    # The code is for the pipe, so nothing else may be in it.
    assert len(world.server.succeed("safeharbor-admin verify-token").split()) == 1
    refused = world.server.fail("runuser -u nobody -- safeharbor-admin config")
    assert "needs root" in refused, refused
    assert "systemctl start" in world.server.fail("safeharbor-admin serve")


def check_admin_takes_words_as_they_stand(world: World) -> None:
    """Neither a shell nor systemd changes them."""
    for word in ("a${USER}b@example.org", "%h@example.org", "$$@example.org", "*@example.org"):
        said = world.server.fail(f"safeharbor-admin reset-password '{word}' <<<'a password'")
        assert word.lower() in said, f"{word}: {said}"
    # As a word of its own a variable would be taken apart at its spaces.
    said = world.server.fail("safeharbor-admin reset-password '$PATH' <<<'a password'")
    assert "$PATH" in said or "$path" in said, said


def check_an_upgrade_restarts_what_runs_and_nothing_else(world: World) -> None:
    server = world.server
    server.succeed("systemctl stop safeharbor-worker.service")
    before = world.main_pid()
    server.succeed("dpkg -i /root/safeharbor.deb", timeout=180)
    world.wait_for_health()
    assert world.main_pid() not in (0, before)
    # The pages want their jobs done, so they bring the worker back.
    server.wait_until_succeeds("systemctl is-active safeharbor-worker.service")
    assert world.show("safeharbor-cloudflared.service", "ActiveState") == "inactive"


def check_an_upgrade_while_the_service_cannot_start(world: World) -> None:
    """It is no reason for dpkg to fail, and what tries to start is the new version."""
    server = world.server
    world.setting("TRUST_PROXY_HEADERS", "flase")
    try:
        said = server.succeed("dpkg -i /root/safeharbor.deb 2>&1", timeout=180)
        assert "safeharbor.service does not run yet" in said, said
        assert world.show("safeharbor.socket", "ActiveState") == "active"
    finally:
        world.setting("TRUST_PROXY_HEADERS", "1")
    world.wait_for_health()
    server.wait_until_succeeds("systemctl is-active safeharbor-worker.service")
