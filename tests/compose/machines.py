"""Where commands of the test run: this machine, another one, and inside the network of a container."""

import os
import subprocess
import time
from pathlib import Path

WORK = Path(os.environ["WORK"])
ROOT = Path(os.environ["ROOT"])
# Longer than any command here takes.
PATIENCE = 120


class Failure(AssertionError):
    """Something that a check did not expect."""


def expect(good: bool, seen: str) -> str:
    if not good:
        raise Failure(seen)
    return seen


def run(*command: str | Path, check: bool = True, **options) -> subprocess.CompletedProcess:
    """One command, its output kept; a failure shows it."""
    words = " ".join(str(word) for word in command)
    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            errors="replace",
            timeout=PATIENCE,
            **options,
        )
    except subprocess.TimeoutExpired as late:
        raise Failure(f"`{words}` did not end in {PATIENCE} s: {(late.output or b'')[-2000:]!r}") from late
    if check and done.returncode != 0:
        raise Failure(f"`{words}` ended with {done.returncode}: {done.stdout.strip()[-2000:]}")
    return done


class Machine:
    """What the contract's helper needs of a machine."""

    def __init__(self, name: str, *prefix: str) -> None:
        self.name, self.prefix = name, prefix

    def execute(self, command: str) -> tuple[int, str]:
        done = subprocess.run([*self.prefix, "bash", "-c", command], capture_output=True, errors="replace")
        if done.returncode != 0 and done.stderr:
            return done.returncode, done.stdout + done.stderr
        return done.returncode, done.stdout

    def succeed(self, command: str) -> str:
        status, output = self.execute(command)
        if status != 0:
            raise Failure(f"{self.name}: `{command}` ended with {status}: {output.strip()[-2000:]}")
        return output

    def wait_until_succeeds(self, command: str, timeout: int = 60) -> str:
        end = time.monotonic() + timeout
        while True:
            status, output = self.execute(command)
            if status == 0:
                return output
            if time.monotonic() > end:
                raise Failure(f"{self.name}: `{command}` did not succeed in {timeout} s: {output.strip()[-2000:]}")
            time.sleep(0.3)


HOST = Machine("host")
# Another host on the same network: its own addresses, joined by a cable.
HOST_ADDRESS, VISITOR_ADDRESS = "198.51.100.1", "198.51.100.9"
VISITOR = Machine("visitor", "ip", "netns", "exec", "visitor")


def join_visitor() -> None:
    for line in f"""
        ip netns add visitor
        ip link add cable type veth peer name eth0 netns visitor
        ip address add {HOST_ADDRESS}/24 dev cable
        ip link set cable up
        ip -n visitor link set lo up
        ip -n visitor address add {VISITOR_ADDRESS}/24 dev eth0
        ip -n visitor link set eth0 up
        ip -n visitor route add default via {HOST_ADDRESS}
    """.strip().splitlines():
        run(*line.split())


def write_podman() -> Path:
    """Podman with a store of its own and no registry, and as strict as Docker where it is more lenient."""
    (WORK / "containers.conf").write_text(
        # AppArmor is the machine's affair: where it is on, its parser need not be there.
        '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\napparmor_profile = "unconfined"\n'
        '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
        '[network]\nnetwork_backend = "netavark"\n'
    )
    (WORK / "storage.conf").write_text(
        f'[storage]\ndriver = "overlay"\n'
        f'graphroot = "{os.environ["STORE"]}"\nrunroot = "{WORK}/runroot"\n'
    )
    (WORK / "registries.conf").write_text("unqualified-search-registries = []\n")
    for folder in ("bin", "networks", "temporary"):
        (WORK / folder).mkdir()
    path = WORK / "bin" / "podman"
    path.write_text(
        f"""#!/bin/sh
export CONTAINERS_CONF={WORK}/containers.conf
export CONTAINERS_STORAGE_CONF={WORK}/storage.conf CONTAINERS_REGISTRIES_CONF={WORK}/registries.conf
export TMPDIR={WORK}/temporary
# There is no systemd in here whose timers could run health checks: the test runs them itself.
export DISABLE_HC_SYSTEMD=true
verb=${{1:-}}
case $verb in
  create | run)
    shift
    # Docker gives a container whose root is read-only no /run, /tmp and /var/tmp of its own.
    set -- "$verb" --read-only-tmpfs=false --cgroup-parent=/{os.environ["CGROUP"]} "$@"
    ;;
esac
code=0
/usr/bin/podman --root {os.environ["STORE"]} --runroot {WORK}/runroot --tmpdir {WORK}/tmp \\
  --network-config-dir {WORK}/networks "$@" || code=$?
# Podman gives every new start other hardware addresses and tells nobody, as Docker does; who remembers the old ones
# sends to nobody for up to a minute. A bridge has the lowest of its ports' addresses until it is given one.
case $verb in
  start | restart | run)
    for bridge in /sys/class/net/podman*; do
      [ ! -e "$bridge" ] || ip link set dev "${{bridge##*/}}" address "$(cat "$bridge/address")"
    done
    ip neigh flush all
    for network in /run/netns/*; do
      # It may be gone by now, and with it what is remembered there.
      nsenter --net="$network" ip neigh flush all || [ ! -e "$network" ] || exit 1
    done
    ;;
esac
exit $code
"""
    )
    path.chmod(0o755)
    return path


PODMAN = WORK / "bin" / "podman"


def podman(*words: str | Path, check: bool = True, **options) -> str:
    return run(PODMAN, *words, check=check, **options).stdout


def in_network_of(container: str) -> Machine:
    """The host's programs inside a container's network, with its addresses."""
    pid = podman("inspect", "--format", "{{.State.Pid}}", container).strip()
    return Machine(f"in {container}", "nsenter", "--net", "--target", pid)
