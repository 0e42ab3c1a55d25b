"""Machines that a test made: a Debian with systemd as its first process, and a host beside it on the same wire.

Both speak the part of the NixOS test driver's Machine interface that the tests use, so that one set of checks runs
against either.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
}


class Failed(AssertionError):
    """A command did not do what was asked of it, or something did not come about in time."""


def retry(attempt: Callable[[], bool], what: str, timeout: float) -> None:
    """Tries until it is true."""
    end = time.monotonic() + timeout
    while not attempt():
        if time.monotonic() > end:
            raise Failed(f"not within {timeout:.0f} s: {what}")
        time.sleep(0.2)


class Machine:
    """Something that runs commands."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.address = address

    def enter(self) -> list[str]:
        """What goes before a command so that it runs there."""
        raise NotImplementedError

    def popen(self, command: str, **more: object) -> subprocess.Popen[str]:
        """Starts a command there and leaves it running."""
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            [*self.enter(), "/bin/bash", "-c", command],
            env=ENVIRONMENT,
            text=True,
            errors="replace",
            cwd="/",
            start_new_session=True,
            **{"stdin": subprocess.DEVNULL, **more},
        )

    def execute(self, command: str, timeout: float | None = 60) -> tuple[int, str]:
        """Runs a command; gives its exit code and its standard output."""
        process = self.popen(f"set -euo pipefail\n{command}", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, self.stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as expired:
            # Whatever it started holds its output open, so all of it ends.
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise Failed(f"{self.name}: not within {timeout:.0f} s: {command}") from expired
        return process.returncode, out

    def succeed(self, *commands: str, timeout: float | None = 60) -> str:
        """Runs commands of which none may fail; gives what they wrote."""
        outs = []
        for command in commands:
            status, out = self.execute(command, timeout)
            if status != 0:
                raise Failed(f"{self.name}: exit code {status}: {command}\n{out}{self.stderr}")
            outs.append(out)
        return "".join(outs)

    def fail(self, *commands: str, timeout: float | None = 60) -> str:
        """Runs commands of which each must fail; gives what they wrote."""
        outs = []
        for command in commands:
            status, out = self.execute(command, timeout)
            if status == 0:
                raise Failed(f"{self.name}: it should have failed: {command}\n{out}")
            outs.append(out + self.stderr)
        return "".join(outs)

    def wait_until_succeeds(self, command: str, timeout: float = 60) -> str:
        """Runs a command until it succeeds."""
        result = [""]

        def attempt() -> bool:
            status, result[0] = self.execute(command, timeout)
            return status == 0

        retry(attempt, f"{self.name}: {command}", timeout)
        return result[0]

    def wait_until_fails(self, command: str, timeout: float = 60) -> None:
        """Runs a command until it fails."""
        retry(lambda: self.execute(command, timeout)[0] != 0, f"{self.name}: failure of {command}", timeout)

    def put(self, path: str, text: str, mode: int = 0o644) -> None:
        """Writes a file there."""
        quoted = shlex.quote(path)
        process = self.popen(
            f"set -e; install -D -m {mode:o} /dev/null {quoted}; cat >{quoted}",
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        _, errors = process.communicate(text, timeout=30)
        if process.returncode != 0:
            raise Failed(f"{self.name}: {path} was not written: {errors}")


class Host(Machine):
    """This process's own network namespace: a second host on the container's wire."""

    def enter(self) -> list[str]:
        return []


class Container(Machine):
    """A Debian that systemd-nspawn boots from a folder, in a network namespace that exists already."""

    def __init__(self, name: str, address: str, root: Path, namespace: Path, log: Path) -> None:
        super().__init__(name, address)
        self.root, self.namespace, self.log = root, namespace, log
        self.process: subprocess.Popen[bytes] | None = None
        self.leader = 0

    def enter(self) -> list[str]:
        return ["nsenter", f"--target={self.leader}", "--all", "--"]

    def start(self, timeout: float = 90) -> None:
        """Boots it and waits until its first process answers."""
        with self.log.open("ab") as console:
            self.process = subprocess.Popen(
                [
                    "systemd-nspawn",
                    "--quiet",
                    "--boot",
                    "--register=no",
                    "--keep-unit",
                    f"--machine={self.name}",
                    f"--directory={self.root}",
                    f"--network-namespace-path={self.namespace}",
                    "--resolv-conf=off",
                    "--timezone=off",
                    "--link-journal=no",
                    "--console=pipe",
                    # The units' own filters are what is tested; the container's must not be in their way.
                    "--system-call-filter=@known",
                    "--capability=all",
                    "--kill-signal=SIGRTMIN+3",
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                start_new_session=True,
            )
        retry(self._first_process, f"{self.name} boots; see {self.log}", timeout)
        # Not until it is all there: a service may rightly wait for another that is not.
        self.wait_until_succeeds("systemctl is-active basic.target", timeout)

    def _first_process(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise Failed(f"systemd-nspawn ended with {self.process.returncode}: {self.console()}")
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            status = Path(f"/proc/{child}/status").read_text()
            # The first process of a pid namespace of its own, once it is systemd.
            inner = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()
            if inner[-1] == "1" and "Name:\tsystemd\n" in status:
                self.leader = int(child)
                return True
        return False

    def console(self) -> str:
        """What it wrote to its console."""
        return self.log.read_text(errors="replace")[-4000:]

    def stop(self) -> None:
        """Shuts it down in order."""
        if self.process is None:
            return
        if self.leader:
            os.kill(self.leader, signal.SIGRTMIN + 4)
        else:
            self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
            raise Failed(f"{self.name} did not shut down within 60 s") from None
        finally:
            self.process, self.leader = None, 0

    def reboot(self) -> None:
        """Shuts it down and boots it again."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """Ends it at once, as a power cut would."""
        if self.process is not None:
            if self.leader:
                os.kill(self.leader, signal.SIGKILL)
            else:
                self.process.kill()
            self.process.wait(20)
            self.process, self.leader = None, 0
