"""One project of docker/compose.yaml, made and run as docs/compose.md says, by docker/setup and docker/compose."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from machines import PODMAN, ROOT, WORK, Failure, Machine, in_network_of, podman, run

# With a space, as a folder of somebody's may have one.
DOCKER = WORK / "check out" / "docker"
COMPOSE = f"{os.environ['COMPOSE']} --podman-path {PODMAN}"
# A token as the dashboard gives it.
TOKEN = (
    "eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZiIsInQiOiI2ZjU5MDJhYy0zYzJkLTRlMWEtOWI3MC0xZDJlM2Y0YTViNmMiLCJzIjoiYzJWamNtVjBj"
    "MlZqY21WMGMyVmpjbVYwIn0="
)


def check_out() -> None:
    """A copy of what the compose file needs, so that the test writes nothing into the source."""
    DOCKER.parent.mkdir()
    shutil.copytree(ROOT / "docker", DOCKER, ignore=shutil.ignore_patterns("projects"))
    shutil.copy(ROOT / "Cargo.toml", DOCKER.parent)
    (WORK / "token").write_text(TOKEN + "\n")


def setup(*words: str | Path, check: bool = True) -> subprocess.CompletedProcess:
    return run(DOCKER / "setup", *words, check=check, stdin=subprocess.DEVNULL)


class Project:
    def __init__(self, name: str, *options: str | Path) -> None:
        self.name = name
        self.folder = DOCKER / "projects" / name
        self.setup(*options)

    def setup(self, *options: str | Path) -> str:
        return setup("-p", self.name, *options).stdout

    def value(self, name: str) -> str:
        for line in (self.folder / "env").read_text().splitlines():
            if line.startswith(f"{name}="):
                return line.partition("=")[2]
        raise Failure(f"{self.name} has no {name}")

    def compose(self, *words: str, check: bool = True) -> str:
        # The last three are what a shell may happen to hold, and must not count.
        stray = {"POSTGRES_IMAGE": "stray:1", "PUBLIC_URL": "https://stray.example", "CADDY_BIND": "127.0.0.9"}
        environment = {**os.environ, "SAFEHARBOR_COMPOSE": COMPOSE, **stray}
        done = run(DOCKER / "compose", "-p", self.name, *words, check=check, env=environment)
        (WORK / "compose.log").open("a").write(f"== {self.name}: {words}\n{done.stdout}\n")
        return done.stdout

    def command(self, *words: str) -> str:
        """The same for a shell."""
        return f"SAFEHARBOR_COMPOSE='{COMPOSE}' '{DOCKER}/compose' -p {self.name} {' '.join(words)}"

    def container(self, service: str) -> str:
        names = podman(
            "ps",
            "--all",
            "--format",
            "{{.Names}}",
            "--filter",
            f"label=com.docker.compose.project={self.name}",
            "--filter",
            f"label=com.docker.compose.service={service}",
        ).split()
        if len(names) != 1:
            raise Failure(f"{self.name} has {len(names)} containers for {service}: {' '.join(names)}")
        return names[0]

    def inspect(self, service: str) -> dict:
        return json.loads(podman("inspect", self.container(service)))[0]

    def network(self, name: str) -> str:
        return f"{self.name}_{name}"

    def inside(self, service: str) -> Machine:
        return in_network_of(self.container(service))

    def address(self, service: str, network: str) -> str:
        return self.inspect(service)["NetworkSettings"]["Networks"][self.network(network)]["IPAddress"]

    def log(self, service: str) -> str:
        return podman("logs", self.container(service))

    def wait_healthy(self, *services: str, timeout: float = 60) -> None:
        """The compose file's own health checks; without systemd nobody else runs them."""
        end = time.monotonic() + timeout
        for service in services:
            name = self.container(service)
            while run(PODMAN, "healthcheck", "run", name, check=False).returncode != 0:
                if time.monotonic() > end:
                    raise Failure(f"{name} is not healthy after {timeout} s; its log:\n{self.log(service)[-3000:]}")
                time.sleep(0.3)

    def sql(self, query: str) -> str:
        words = ("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "safeharbor", "-c", query)
        return podman("exec", self.container("postgres"), *words).strip()
