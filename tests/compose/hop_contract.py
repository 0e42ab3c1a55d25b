"""The ● cases of docs/contract.md against a project: the helper that all tests with machines share, told where things
are when there are containers in the place of units."""

import sys

from machines import HOST, HOST_ADDRESS, ROOT, VISITOR, VISITOR_ADDRESS, Failure, Machine, in_network_of, podman
from project import Project

sys.path.insert(0, str(ROOT / "nixos-module/tests/lib"))
from contract import EVIL, GARBAGE, Contract, Way, describe, expect, header_option  # noqa: E402

FORGED = [("X-Forwarded-For", b"1.2.3.4"), ("X-Forwarded-Proto", b"https"), ("X-Forwarded-Host", EVIL.encode())]


def neighbour(project: Project, network: str, address: str | None = None) -> str:
    """A container of nobody's on one of the project's networks."""
    name = f"{project.name}-neighbour-{network}"
    where = project.network(network) + (f":ip={address}" if address else "")
    podman("run", "--detach", "--name", name, "--network", where, "localhost/safeharbor-test/debian", "sleep", "600")
    return name


class ComposeContract(Contract):
    def __init__(self, project: Project, hop: str, service: str | None, **others) -> None:
        super().__init__(
            server=HOST,
            client=VISITOR,
            hop=hop,
            visitor=VISITOR_ADDRESS,
            address=HOST_ADDRESS,
            admin=project.command("exec", "-T", "web", "/bin/safeharbor"),
            **others,
        )
        self.project = project
        self.web = project.value("SAFEHARBOR_WEB_ADDRESS")
        if service is None:
            # The hop is on the host: it comes from the bridge's gateway.
            self.hop_address, machine = project.value("SAFEHARBOR_GATEWAY"), HOST
            url = f"http://127.0.0.1:{project.value('SAFEHARBOR_PORT')}"
        else:
            self.hop_address, machine = project.value("SAFEHARBOR_HOP_ADDRESS"), project.inside(service)
            url = f"http://{self.web}:8000"
        # What the hop itself would say to the service.
        self.direct = Way(machine, url, "", self.authority)

    def stranger(self, machine: Machine, address: str) -> str:
        way = Way(machine, f"http://{self.web}:8000", "", self.authority)
        answer = self.answer(way, FORGED)
        seen = f"{self.conclusion(answer)} ({answer['trust']})"
        good = answer["addr"] == address and not answer["via_proxy"] and not answer["trusted"]
        expect(good and (answer["scheme"], answer["host"]) == ("http", self.authority), seen)
        page = way.ask("/sign-in", FORGED[:2])
        expect(page.status == 421 and self.public in page.body, f"a page asked for past the hop: {page.status}")
        return f"{seen}; a page asked for past the hop: {page.status}"

    def C1(self) -> str:
        """Another container, even on the hop's own network, is not the hop: only the one address is believed."""
        name = neighbour(self.project, "hop")
        try:
            machine = in_network_of(name)
            address = machine.succeed("hostname -I").split()[0]
            seen = self.stranger(machine, address)
            wanted = f"forwarded headers from {address} are ignored"
            lines = [line for line in self.project.log("web").splitlines() if wanted in line]
            good = len(lines) == 1 and f"add {address} to TRUSTED_PEERS" in lines[0]
            return f"{expect(good, f'warnings about {address} in the log: {len(lines)}') and seen}; one warning"
        finally:
            podman("rm", "--force", "--time", "0", name)

    def C5(self) -> str:
        """Garbage counts as absent, through the hop and from the hop itself."""
        seen = self.unmoved(GARBAGE)
        for forged in GARBAGE[:6]:
            answer = self.answer(self.direct, [*forged, ("X-Forwarded-Proto", b"https")])
            expect(answer["addr"] == self.hop_address, f"{describe(forged)}: {self.conclusion(answer)}")
        return f"{seen}; written by the hop itself the address is {self.hop_address}"

    def C21(self) -> str:
        """The service's port is refused from another host, on the host's address; its bridge leads nowhere."""
        status, output = VISITOR.execute(f"curl -sS --max-time 5 http://{HOST_ADDRESS}:{self.port}/livez 2>&1")
        expect(status == 7 and "timed out" not in output.lower(), f"curl ended with {status}: {output.strip()}")
        return f"{HOST_ADDRESS}:{self.port} refused"

    def C24_unavailable(self) -> str:
        """503 arrives as it was sent: Postgres is stopped and started again."""
        cookie = header_option("Cookie", self.cookies().encode())
        process, postgres = self.project.inspect("web")["State"]["Pid"], self.project.container("postgres")
        podman("stop", postgres)
        try:
            page = self.through.ask("/tanks", options=cookie)
            health = self.through.ask("/healthz")
            alive = self.through.ask("/livez").status
        finally:
            podman("start", postgres)
        statuses = (page.status, health.status, alive)
        seen = f"without Postgres: page {statuses[0]}, /healthz {statuses[1]}, /livez {statuses[2]}"
        expect(statuses == (503, 503, 200) and page.header("retry-after") is not None, seen)
        VISITOR.wait_until_succeeds(self.through.curl("/tanks", f"--fail {cookie}"), timeout=60)
        same = self.project.inspect("web")["State"]["Pid"] == process
        return expect(same, f"{seen}; pages are back, same process: {same}")


__all__ = ["ComposeContract", "Failure", "neighbour"]
