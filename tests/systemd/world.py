"""What the checks stand on: a Debian with the package in it, a second host on its wire, and ways to look at both."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from machine import Container, Host, Machine

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIBRARY = ROOT / "nixos-module/tests/lib"
STAND_INS = ROOT / "nixos-module/tests/stand-ins"
sys.path.insert(0, str(LIBRARY))

from contract import (
    Contract,
)  # noqa: E402 # it is beside the NixOS tests, which put it in front of their scripts

CONTROL_GROUPS = Path("/sys/fs/cgroup")
SERVER, CLIENT = "192.0.2.1", "192.0.2.2"
PUBLIC = "https://reef.example.org"
NAME = "reef.example.org"
SOCKET = "/run/safeharbor/http.sock"
SETTINGS = "/etc/safeharbor/safeharbor.env"
# Stand-in's format: base64 of {"a": account, "s": secret, "t": tunnel}.
TOKEN = (
    "eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZiIsInMiOiJjMlZqY21WMExXOW1MV0V0ZEdWemRBPT0iLCJ0IjoiMTFlZTMzODAtZDljMi00"
    "YzMyLThhMGItZDE1NjQ0Y2ZhOWZhIn0="
)


def run(*command: str | Path) -> None:
    """A command of the test itself, which must succeed."""
    subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL)


class World:
    """The two machines. `folder` is where everything of this run is kept; `base` a bare Debian, never written to."""

    def __init__(self, base: Path, package: Path, folder: Path) -> None:
        self.package = package
        # A branch of its own, because the container's systemd takes the one it is started in for all there is.
        self.group = CONTROL_GROUPS / folder.name
        self.group.mkdir()
        (self.group / "cgroup.procs").write_text(str(os.getpid()))
        for name in ("upper", "work", "root"):
            (folder / name).mkdir()
        namespace = Path("/run/netns/server")
        run("mount", "-t", "tmpfs", "tmpfs", "/run")
        namespace.parent.mkdir()
        run("ip", "link", "set", "lo", "up")
        run("ip", "netns", "add", "server")
        run("ip", "link", "add", "wire", "type", "veth", "peer", "name", "host0", "netns", "server")
        run("ip", "address", "add", f"{CLIENT}/24", "dev", "wire")
        run("ip", "link", "set", "wire", "up")
        run("ip", "-n", "server", "link", "set", "lo", "up")
        run("ip", "-n", "server", "address", "add", f"{SERVER}/24", "dev", "host0")
        run("ip", "-n", "server", "link", "set", "host0", "up")
        layers = f"lowerdir={base},upperdir={folder}/upper,workdir={folder}/work"
        run("mount", "-t", "overlay", "overlay", "-o", layers, folder / "root")
        self.folder = folder
        self.server = Container("server", SERVER, folder / "root", namespace, folder / "console.log")
        self.client: Machine = Host("client", CLIENT)
        self.authority = folder / "authority.pem"

    def close(self) -> None:
        """Ends the container and lets go of its file system and control group; the rest goes with the namespaces."""
        self.server.kill()
        run("umount", self.folder / "root")
        (CONTROL_GROUPS / "cgroup.procs").write_text(str(os.getpid()))
        for folder, _, _ in os.walk(self.group, topdown=False):
            os.rmdir(folder)

    # Ways to look.

    def show(self, unit: str, name: str) -> str:
        """One property of a unit."""
        return self.server.succeed(f"systemctl show --property={name} --value {unit}").strip()

    def status(self, unit: str = "safeharbor.service") -> str:
        """The status line that `systemctl status` shows."""
        return self.show(unit, "StatusText")

    def wait_for_status(self, part: str, unit: str = "safeharbor.service", timeout: float = 60) -> str:
        """Waits until the status line has these words."""
        command = f"systemctl show --property=StatusText --value {unit} | grep -F -- '{part}'"
        return self.server.wait_until_succeeds(command, timeout).strip()

    def wait_for_health(self, state: str = "ok", timeout: float = 60) -> None:
        """Waits until /healthz says so."""
        self.server.wait_until_succeeds(
            f'curl -sS --max-time 20 http://127.0.0.1:8000/healthz | grep -F \'"status":"{state}"\'', timeout
        )

    def sql(self, statement: str, database: str = "safeharbor") -> str:
        """Asks Postgres, as its own superuser."""
        command = (
            f'cd / && runuser -u postgres -- psql -X -At -v ON_ERROR_STOP=1 -d {database} -c "{statement}"'
        )
        return self.server.succeed(command).strip()

    def journal(self, unit: str, more: str = "") -> str:
        """The lines of a unit since it was last started, by its processes and by systemd about it."""
        return self.server.succeed(f"journalctl --sync; journalctl --no-pager -o cat -u {unit} {more}")

    def main_pid(self, unit: str = "safeharbor.service") -> int:
        """The unit's main process as the container numbers it."""
        return int(self.show(unit, "MainPID"))

    # Things to do.

    def setting(self, name: str, value: str | None) -> None:
        """Writes one line of the settings, or takes it out."""
        self.server.succeed(f"sed -i '/^{name}=/d' {SETTINGS}")
        if value is not None:
            self.server.succeed(f"echo '{name}=\"{value}\"' >>{SETTINGS}")

    def crash(self, unit: str = "safeharbor.service") -> None:
        """Kills the unit's main process and waits until another one is ready."""
        before = self.main_pid(unit)
        assert before > 0, f"{unit} does not run"
        self.server.succeed(f"kill -KILL {before}")
        self.wait_for_another(unit, before)

    def wait_for_another(self, unit: str, before: int, timeout: float = 60) -> None:
        """Waits until the unit's main process is ready and another one than before."""
        self.server.wait_until_succeeds(
            f"pid=$(systemctl show --property=MainPID --value {unit})"
            f" && test $pid -ne 0 && test $pid -ne {before} && systemctl is-active {unit}",
            timeout,
        )

    def trust_caddy(self) -> None:
        """Fetches the authority that Caddy made for itself."""
        path = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
        self.server.wait_until_succeeds(f"test -s {path}")
        self.authority.write_text(self.server.succeed(f"cat {path}"))

    def install_stand_in(self, name: str) -> None:
        """Puts a stand-in for a hop's program where the real one's package would put it."""
        folder = self.server.root / "usr/local/lib/stand-ins"
        folder.mkdir(parents=True, exist_ok=True)
        for file in ("hop.py", f"{name}.py"):
            shutil.copy(STAND_INS / file, folder / file)
        self.server.put(
            f"/usr/local/bin/{name}",
            f'#!/bin/sh\nexec python3 /usr/local/lib/stand-ins/{name}.py "$@"\n',
            0o755,
        )

    def through_caddy(self) -> str:
        """The curl options with which the client reaches the public address through Caddy."""
        return f"--connect-to ::{SERVER}: --cacert {self.authority}"

    def contract(self, hop: str, **more: Any) -> Contract:
        """The cases of the contract against this install. The limiter's memory is wiped: each run looks at it anew."""
        tables = self.sql("select string_agg(tablename, ', ') from pg_tables where tablename ~ '^sign_in'")
        self.sql(f"truncate {tables}")
        return Contract(
            server=self.server,
            client=self.client,
            hop=hop,
            public=PUBLIC,
            visitor=CLIENT,
            address=SERVER,
            database="postgresql@15-main.service",
            **more,
        )


def number(pattern: str, text: str) -> float:
    """The number that a pattern finds in a text."""
    found = re.search(pattern, text)
    assert found, f"no {pattern!r} in {text!r}"
    return float(found[1])
