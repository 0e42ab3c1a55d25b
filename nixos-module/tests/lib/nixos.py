"""What only the NixOS tests need; put in front of their scripts."""

from typing import Any

# What of the service a switch restarts when it changed (stopIfChanged = false).
RESTARTED = "safeharbor.service safeharbor-worker.service safeharbor-listener.service"


def switch(machine: Any, system: str) -> str:
    """Switches a running machine to another system, and says how.

    In a container a switch would try to mount what only a virtual machine has. There these are its steps as
    far as the service is concerned: activate, read the units, restart the changed ones, start what is to run.
    """
    if machine.execute("systemd-detect-virt --quiet --container")[0] != 0:
        machine.succeed(f"{system}/bin/switch-to-configuration test")
        return "by switch-to-configuration"
    units = f"{system}/etc/systemd/system"
    before = machine.succeed("readlink -f /etc/systemd/system").strip()
    _, said = machine.execute(f"{system}/activate 2>&1")
    # A container has no kernel modules to set up.
    failed = [line for line in said.splitlines() if "failed" in line and "'modprobe'" not in line]
    assert not failed, f"the activation failed: {failed}"
    machine.succeed(f"test /run/current-system -ef {system}", "systemctl daemon-reload")
    changed = machine.succeed(
        f"cd {units}; for unit in {RESTARTED}; do"
        f' for file in "$unit" "$unit.d/overrides.conf"; do'
        f' [ ! -e "$file" ] || cmp -s "$file" "{before}/$file" || echo "$unit"; done; done | sort -u'
    ).split()
    if changed:
        machine.succeed(f"systemctl restart {' '.join(changed)}")
    machine.succeed("systemctl start multi-user.target")
    return f"step by step, restarted: {', '.join(changed) or 'nothing'}"


def trust_caddy(server: Any, client: Any) -> str:
    """Gives the client the authority that Caddy made for itself, and returns where it is."""
    authority = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
    server.wait_until_succeeds(f"test -s {authority}", timeout=60)
    pem = server.succeed(f"cat {authority}")
    client.succeed(f"printf '%s' '{pem}' >/tmp/authority.crt")
    return "/tmp/authority.crt"


def rehearse(machine: Any, runner: str) -> None:
    """Runs every probe of the rehearsal, and looks for what it left. `runner` takes a command line."""
    status, output = machine.execute(f"{runner} 'safeharbor-stage --once' 2>&1", timeout=600)
    verdicts = [line for line in output.splitlines() if line[:4] in ("FAIL", "WARN", "SKIP")]
    print("\n".join(verdicts or ["every probe passed"]), flush=True)
    assert status == 0, f"the rehearsal ended with {status}: {output[-4000:]}"
    left = machine.succeed(
        "ps -eo pid,user,args | grep -E '[s]afeharbor[- ]stage|[p]ostgres .*stage' || true"
    )
    assert left == "", f"processes are left: {left}"
