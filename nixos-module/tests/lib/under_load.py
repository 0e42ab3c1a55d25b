"""Load through the hop around whatever a test does to the service; used as contract.py beside it is."""

import json
import shlex
from typing import Any


class Load:
    """Load on a machine while something is done to the service; every request counts, nothing is retried.

    It is made by `load.py`, which is on the machine already. Used as a context it fails when a request did:

        with Load(client, "python3 /etc/load.py", "https://reef.example.org", ["/livez"]):
            server.succeed("systemctl restart safeharbor.service")
    """

    def __init__(
        self,
        machine: Any,
        program: str,
        url: str,
        paths: list[str],
        options: str = "",
        least: int = 20,
        name: str = "load",
    ) -> None:
        """
        options: of load.py, such as --connect HOST:PORT, --header 'NAME: VALUE', --ca FILE.
        least: fewer good answers than this prove nothing, so they are a failure too.
        """
        self.machine, self.program, self.least = machine, program, least
        self.state = f"/tmp/safeharbor-{name}"
        self.arguments = " ".join([options, shlex.quote(url), *map(shlex.quote, paths)])
        self.tally: dict[str, Any] = {}

    def start(self) -> "Load":
        self.machine.succeed(f"{self.program} start --state {self.state} {self.arguments}")
        return self

    def stop(self) -> dict[str, Any]:
        """Ends it after the requests under way: {"good": N, "bad": {"what was seen": N}}."""
        self.tally = json.loads(self.machine.succeed(f"{self.program} stop --state {self.state}"))
        print(f"load: {self.tally['good']} good, bad: {self.tally['bad'] or 'none'}", flush=True)
        return self.tally

    def __enter__(self) -> "Load":
        return self.start()

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        self.stop()
        if kind is None:
            assert not self.tally["bad"], f"requests failed under load: {self.tally['bad']}"
            assert self.tally["good"] >= self.least, f"only {self.tally['good']} requests were made"
