"""Removing and purging the package: the data stays unless somebody says otherwise."""

from __future__ import annotations

from world import SETTINGS, World

APT = "DEBIAN_FRONTEND=noninteractive apt-get -y -q"


def check_removal_stops_it_and_keeps_everything(world: World) -> None:
    world.server.succeed(f"{APT} remove safeharbor", timeout=120)
    world.server.fail("curl -sS --max-time 5 http://127.0.0.1:8000/livez")
    world.server.fail("pgrep -u safeharbor")
    world.server.succeed(f"test -e {SETTINGS}", "test -d /var/lib/safeharbor/uploads")
    world.server.succeed("dpkg -i /root/safeharbor.deb", "safeharbor-setup </dev/null", timeout=180)
    world.wait_for_health()
    assert world.sql("select count(*) from keepers") == "1"


def check_purge_keeps_the_data(world: World) -> None:
    said = world.server.succeed(f"{APT} purge safeharbor 2>&1", timeout=120)
    assert "kept the photos in /var/lib/safeharbor and the Postgres database" in said, said
    world.server.fail(f"test -e {SETTINGS}")
    assert world.server.succeed("find /etc -name '*safeharbor*' | grep -v -e redis -e caddy || true") == ""
    assert world.sql("select count(*) from keepers") == "1"
    world.server.succeed("test -e /var/lib/safeharbor/uploads/kept")


def check_purge_takes_the_data_when_told(world: World) -> None:
    world.server.succeed("dpkg -i /root/safeharbor.deb", "safeharbor-setup --ingress none </dev/null", timeout=180)
    world.server.succeed(f"SAFEHARBOR_PURGE_DATA=yes {APT} purge safeharbor 2>&1", timeout=120)
    world.server.fail("test -e /var/lib/safeharbor")
    assert world.sql("select count(*) from pg_database where datname = 'safeharbor'", "postgres") == "0"
    assert world.sql("select count(*) from pg_roles where rolname = 'safeharbor'", "postgres") == "0"
    world.server.fail("systemctl is-active redis-server@safeharbor.service")
