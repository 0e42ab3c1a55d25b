"""The test of the Debian package on a real systemd: boots a Debian in a container and runs every check on it.

Called by script/test-systemd, in network and mount namespaces of its own. Writes a line a check; the last one counts.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import checks
from machine import Failed
from world import World

# Without the package and its set-up there is nothing to check.
VITAL = ("check_apt_installs_and_starts_nothing", "check_setup_asks_a_person")


def all_checks(only: str) -> list[tuple[str, Callable[[World], int | None]]]:
    """Every check, module by module, in the order in which they stand."""
    found: list[tuple[str, Callable[[World], int | None]]] = []
    for module in checks.ORDER:
        loaded = importlib.import_module(f"checks.{module}")
        own = [
            (name, function)
            for name, function in vars(loaded).items()
            if name.startswith("check_")
            and inspect.isfunction(function)
            and function.__module__ == loaded.__name__
        ]
        named = [(name, f"{module}::{name.removeprefix('check_')}", function) for name, function in own]
        found += [(shown, function) for name, shown, function in named if name in VITAL or only in shown]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--base", type=Path, required=True, help="a folder with a bare Debian; it is not written to"
    )
    parser.add_argument("--package", type=Path, required=True, help="the Debian package")
    parser.add_argument("--only", default="", help="only the checks whose names have this in them")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))

    passed, failed = 0, []
    with tempfile.TemporaryDirectory(
        prefix="safeharbor-systemd.", dir="/var/tmp", ignore_cleanup_errors=True
    ) as folder:
        world = World(options.base, options.package, Path(folder))
        try:
            world.server.start()
            for name, check in all_checks(options.only):
                begin = time.monotonic()
                try:
                    passed += check(world) or 1
                    print(f"PASS  {name}  ({time.monotonic() - begin:.1f} s)", flush=True)
                except Exception as error:  # Whatever it is, the check did not pass.
                    failed.append(name)
                    print(f"FAIL  {name}: {error}", flush=True)
                    if not isinstance(error, Failed):
                        traceback.print_exc()
                    if check.__name__ in VITAL:
                        break
            if failed:
                print(world.server.succeed("journalctl --no-pager -n 200"), file=sys.stderr)
        finally:
            world.close()
    for name in failed:
        print(f"failed: {name}")
    print(f"{passed} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
