"""What is wrong is said in a status line, and all is well again once it is mended, without a hand on the units."""

from __future__ import annotations

from world import SETTINGS, World

LISTENER = "exec python3 -m http.server --bind 127.0.0.1 8000"


def mended(world: World) -> None:
    """The listener never went away, and the service is well by itself."""
    assert world.show("safeharbor.socket", "ActiveState") == "active"
    world.wait_for_health()


def check_settings_that_cannot_be_meant(world: World) -> None:
    world.setting("TRUST_PROXY_HEADERS", "flase")
    world.server.fail("systemctl restart safeharbor.service")
    said = world.wait_for_status("not started: TRUST_PROXY_HEADERS")
    assert "flase" in said, said
    # Requests pile up at the listener for a while, and it must not give up.
    for _ in range(3):
        world.server.fail("curl -sS --max-time 2 http://127.0.0.1:8000/livez")
    world.setting("TRUST_PROXY_HEADERS", "1")
    mended(world)


def check_a_misspelt_setting(world: World) -> None:
    world.setting("SAFEHARBOR_LISTEN", "127.0.0.1:9000")
    world.server.fail("systemctl restart safeharbor.service")
    world.wait_for_status("not started: SAFEHARBOR_LISTEN")
    world.setting("SAFEHARBOR_LISTEN", None)
    mended(world)


def check_secrets_that_cannot_be_meant(world: World) -> None:
    secret = "/etc/credstore/safeharbor.smtp_pass"
    for make, said, mend in (
        (f"ln -s /run/secrets/smtp {secret}", "smtp_pass: /run/secrets/smtp does not exist", f"rm {secret}"),
        (
            f"echo hunter2 >{secret}; chmod 0644 {secret}",
            f"everyone on this machine can read {secret}",
            f"chmod 600 {secret}",
        ),
        (f"rm {secret}; : >{secret}; chmod 0600 {secret}", f"{secret} is empty", f"rm {secret}"),
    ):
        world.server.succeed(make)
        try:
            for unit in ("safeharbor.service", "safeharbor-worker.service"):
                world.server.fail(f"systemctl restart {unit}")
                journal = world.journal(unit, "-n 20")
                assert said in journal, f"{unit}: {make}: {journal}"
                assert "hunter2" not in journal
        finally:
            world.server.succeed(mend)
        mended(world)
        world.server.wait_until_succeeds("systemctl is-active safeharbor-worker.service")


def check_the_port_is_taken(world: World) -> None:
    world.server.succeed("systemctl stop safeharbor.target")
    taker = world.server.popen(LISTENER, stdout=-3, stderr=-3)
    try:
        world.server.wait_until_succeeds("curl -sS -o /dev/null http://127.0.0.1:8000/")
        world.server.fail("systemctl start safeharbor.socket")
        # systemd binds in a short-lived process of its own, whose word the journal loses from the unit now and then
        # when that process is gone too soon: then the next start says it, which is not one too many for systemd.
        shown = world.server.wait_until_succeeds(
            "systemctl reset-failed safeharbor.socket; ! systemctl start safeharbor.socket 2>&1; journalctl --sync;"
            " (systemctl status --no-pager safeharbor.socket || true) | grep 'Address already in use'"
        )
        assert "127.0.0.1:8000" in shown, shown
        # The service never runs on another port instead.
        world.server.fail("systemctl start safeharbor.service")
        assert world.show("safeharbor.service", "ActiveState") == "inactive"
    finally:
        # The container's own number for it is another; what holds the port is asked for it.
        world.server.succeed(
            "kill $(ss -Hltnp 'sport = :8000' | sed -n 's/.*pid=\\([0-9]*\\),.*/\\1/p' | head -n 1)"
        )
        taker.wait(30)
    world.server.execute("systemctl reset-failed safeharbor.socket")
    world.server.succeed("systemctl start safeharbor.target")
    mended(world)


def check_postgres_is_absent_at_boot(world: World) -> None:
    world.server.succeed("systemctl disable postgresql.service")
    world.server.reboot()
    try:
        world.wait_for_status("waiting for Postgres")
        world.wait_for_status("waiting for Postgres", "safeharbor-worker.service")
        world.wait_for_health("down")
        status = world.server.succeed(
            "curl -sS -o /dev/null -w '%{http_code}' --max-time 20 http://127.0.0.1:8000/livez"
        )
        assert status == "200", status
    finally:
        world.server.succeed("systemctl enable --now postgresql.service")
    mended(world)
    assert world.show("safeharbor.service", "NRestarts") == "0"


def check_redis_is_absent(world: World) -> None:
    world.server.succeed(
        "systemctl stop redis-server@safeharbor.service", "systemctl restart safeharbor.service"
    )
    world.wait_for_health("degraded")
    world.server.wait_until_succeeds("systemctl is-active safeharbor-worker.service")
    world.server.succeed("systemctl start redis-server@safeharbor.service")
    mended(world)


def check_the_disk_is_full(world: World) -> None:
    """A database on a disk with no room for the schema."""
    server = world.server
    server.succeed(
        "mkdir -p /srv/small",
        "mount -t tmpfs -o size=12m tmpfs /srv/small",
        "chown postgres: /srv/small",
        "chmod 700 /srv/small",
    )
    world.sql("create tablespace small location '/srv/small'", "postgres")
    world.sql("create database full_disk owner safeharbor tablespace small", "postgres")
    # A first connection writes a file of its own; without room for that there is no connection at all.
    world.sql("select 1", "full_disk")
    server.succeed("dd if=/dev/zero of=/srv/small/ballast bs=64k 2>/dev/null || true")
    world.setting("DATABASE_URL", "postgresql:///full_disk?host=/run/postgresql")
    try:
        server.fail("systemctl restart safeharbor.service")
        world.wait_for_status("No space left on device")
        assert world.show("safeharbor.socket", "ActiveState") == "active"
        server.succeed("mount -o remount,size=100m /srv/small")
        mended(world)
    finally:
        world.setting("DATABASE_URL", "postgresql:///safeharbor?host=/run/postgresql")
        server.succeed("systemctl restart safeharbor.service safeharbor-worker.service")
        world.sql("drop database full_disk with (force)", "postgres")
        world.sql("drop tablespace small", "postgres")
        server.succeed("umount /srv/small")
    mended(world)


def check_settings_that_are_gone(world: World) -> None:
    world.server.succeed(f"mv {SETTINGS} {SETTINGS}.away")
    try:
        world.server.fail("systemctl restart safeharbor.service")
        world.wait_for_status("not started: ")
    finally:
        world.server.succeed(f"mv {SETTINGS}.away {SETTINGS}")
    mended(world)
