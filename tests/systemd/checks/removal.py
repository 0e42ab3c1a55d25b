"""Removing and purging the package: the data stays unless somebody says otherwise."""

from __future__ import annotations

from world import SETTINGS, World

APT = "DEBIAN_FRONTEND=noninteractive apt-get -y -q"
PHOTO = "/var/lib/safeharbor/uploads/photo"


def kept(world: World) -> bool:
    """Whether the photo and the row that stand for a household's records are there."""
    rows = world.sql("select count(*) from settings where key = 'kept'")
    return rows == "1" and world.server.execute(f"test -e {PHOTO}")[0] == 0


def check_removal_stops_it_and_keeps_everything(world: World) -> None:
    world.server.succeed(f"runuser -u safeharbor -- touch {PHOTO}")
    world.sql("insert into settings (key, value, updated_at) values ('kept', 'true', now())")
    world.server.succeed(f"{APT} remove safeharbor", timeout=120)
    world.server.fail("curl -sS --max-time 5 http://127.0.0.1:8000/livez")
    world.server.fail("pgrep -u safeharbor")
    world.server.succeed(f"test -e {SETTINGS}")
    world.server.succeed("dpkg -i /root/safeharbor.deb", "safeharbor-setup </dev/null", timeout=180)
    world.wait_for_health()
    assert kept(world)


def check_purge_keeps_the_data(world: World) -> None:
    said = world.server.succeed(f"{APT} purge safeharbor 2>&1", timeout=120)
    assert "kept the photos in /var/lib/safeharbor and the Postgres database" in said, said
    world.server.fail(f"test -e {SETTINGS}")
    left = world.server.succeed("find /etc -name '*safeharbor*' -not -name '*redis*'")
    assert left == "", left
    world.server.fail("grep safeharbor /etc/caddy/Caddyfile")
    world.server.succeed("systemctl is-active caddy.service")
    assert kept(world)


def check_purge_takes_the_data_when_told(world: World) -> None:
    world.server.succeed(
        "dpkg -i /root/safeharbor.deb", "safeharbor-setup --ingress none </dev/null", timeout=180
    )
    assert kept(world)
    world.server.succeed(f"SAFEHARBOR_PURGE_DATA=yes {APT} purge safeharbor 2>&1", timeout=120)
    world.server.fail("test -e /var/lib/safeharbor")
    assert world.sql("select count(*) from pg_database where datname = 'safeharbor'", "postgres") == "0"
    assert world.sql("select count(*) from pg_roles where rolname = 'safeharbor'", "postgres") == "0"
    world.server.fail("systemctl is-active redis-server@safeharbor.service")
