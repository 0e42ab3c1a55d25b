"""The cases of the contract through each hop, over TCP and over a unix socket."""

from __future__ import annotations

import json

from checks.install import answer
from contract import OWNER
from world import NAME, PUBLIC, SERVER, SOCKET, TOKEN, World


def check_through_caddy(world: World) -> int:
    contract = world.contract(
        "caddy", reach=world.through_caddy(), plain=f"http://{NAME}", plain_by="hop", other_hosts="hop"
    )
    return contract.run_all()


def check_a_password_is_asked_for_on_the_terminal(world: World) -> None:
    """Of the owner that the cases made: the same again, because they go on to sign in with it."""
    mail, password = OWNER
    asked = [("New password: ", password), ("Again: ", password)]
    said = answer(world, f"safeharbor-admin reset-password {mail}", asked)
    assert f"the password of {mail} is changed" in said and password not in said, said


def check_metrics_are_not_public(world: World) -> None:
    listed = world.server.succeed(
        "curl -sS --fail --unix-socket /run/safeharbor/metrics.sock http://127.0.0.1/metrics"
    )
    assert "# TYPE" in listed, listed
    code = f"curl -sS -o /dev/null -w '%{{http_code}}' {world.through_caddy()} {PUBLIC}/metrics"
    assert world.client.succeed(code) == "404"
    assert world.server.succeed("stat -c '%a %G' /run/safeharbor/metrics.sock").strip() == "660 safeharbor"


def check_verify_from_the_other_host(world: World) -> None:
    token = world.server.succeed("safeharbor-admin verify-token").strip()
    binary = world.server.root / "usr/bin/safeharbor"
    said = world.client.succeed(
        f"echo {token} | {binary} verify {PUBLIC} --token-file - --ca {world.authority} --connect {SERVER}:443"
        f" --direct {SERVER}:8000",
        timeout=120,
    )
    assert "FAIL" not in said and "C2.left-element" in said, said


def check_through_a_unix_socket(world: World) -> int:
    world.server.succeed(f"safeharbor-setup --listen unix:{SOCKET}", timeout=120)
    try:
        assert world.server.succeed(f"stat -c '%a %G' {SOCKET}").strip() == "660 caddy"
        assert "FAIL" not in world.server.succeed("safeharbor-admin doctor 2>&1")
        contract = world.contract(
            "caddy",
            reach=world.through_caddy(),
            direct=f"unix:{SOCKET}",
            plain=f"http://{NAME}",
            plain_by="hop",
            other_hosts="hop",
        )
        return contract.run_all()
    finally:
        world.server.succeed("safeharbor-setup --listen 127.0.0.1:8000", timeout=120)


def check_a_tunnel_without_its_token(world: World) -> None:
    world.install_stand_in("cloudflared")
    edge = {
        "listen": "0.0.0.0:8443",
        "listen_plain": "0.0.0.0:8080",
        "hostname": NAME,
        "service": "http://127.0.0.1:8000",
    }
    world.server.put("/etc/cloudflared-stand-in.json", json.dumps(edge))
    world.server.fail("systemctl start safeharbor-cloudflared.service")
    journal = world.journal("safeharbor-cloudflared.service")
    assert "there is no /etc/credstore/safeharbor.tunnel_token: put the secret there" in journal, journal
    world.server.succeed("systemctl stop safeharbor-cloudflared.service")


def check_a_token_that_is_none(world: World) -> None:
    said = world.server.fail(
        "safeharbor-setup --ingress cloudflared --token-file - <<<'not-a-token'", timeout=120
    )
    assert "journalctl -u safeharbor-cloudflared.service says why" in said, said
    journal = world.journal("safeharbor-cloudflared.service")
    assert "Provided Tunnel token is not valid" in journal, journal


def check_through_a_tunnel(world: World) -> int:
    said = world.server.succeed(f"safeharbor-setup --token-file - <<<'{TOKEN}' 2>&1", timeout=120)
    assert "the tunnel's public host name reef.example.org goes to http://127.0.0.1:8000" in said, said
    assert (
        world.server.succeed("stat -c '%a %U' /etc/credstore/safeharbor.tunnel_token").strip() == "600 root"
    )
    # The unit's process is nobody that was there before, and has the token and nothing else of root's.
    pid = world.main_pid("safeharbor-cloudflared.service")
    assert world.server.succeed(f"ps -o user= -p {pid}").strip() not in ("root", "safeharbor")
    arguments = world.server.succeed(f"tr '\\0' ' ' </proc/{pid}/cmdline")
    assert TOKEN not in arguments, arguments
    contract = world.contract(
        "cloudflared",
        reach=f"--connect-to ::{SERVER}:8443 --insecure",
        other_hosts="hop",
        plain=f"http://{NAME}",
        plain_by="app",
    )
    contract.plain.options = f"--connect-to ::{SERVER}:8080"
    return contract.run_all()


def check_another_hop_takes_over(world: World) -> None:
    world.server.succeed("safeharbor-setup --ingress caddy", timeout=120)
    assert world.show("safeharbor-cloudflared.service", "ActiveState") == "inactive"
    assert world.show("safeharbor-cloudflared.service", "UnitFileState") == "disabled"
    doctor = world.server.succeed("safeharbor-admin doctor 2>&1")
    assert "PROXY_HOP=caddy" in doctor, doctor
