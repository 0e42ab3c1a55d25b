#!/usr/bin/env python3
"""Tries every way out of the sandbox it is run in, and writes what came of each: `connected`, or why not.

egress.py FILE
"""

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

WITHIN = 3.0


def attempt(family: int, kind: int, address: Any) -> str:
    try:
        with socket.socket(family, kind) as to:
            to.settimeout(WITHIN)
            to.connect(address)
            if kind == socket.SOCK_DGRAM:
                to.send(b"x")
        return "connected"
    except OSError as error:
        return f"{type(error).__name__}: {error.strerror or error}"


def main(file: str) -> None:
    outside = Path("/etc/safeharbor-test/outside").read_text(encoding="ascii").strip()
    tcp, udp = socket.SOCK_STREAM, socket.SOCK_DGRAM
    came = {
        "other host": attempt(socket.AF_INET, tcp, (outside, 9999)),
        "other host by UDP": attempt(socket.AF_INET, udp, (outside, 9999)),
        "other host by IPv6": attempt(socket.AF_INET6, tcp, (f"::ffff:{outside}", 9999)),
        "mail on loopback": attempt(socket.AF_INET, tcp, ("127.0.0.1", 1025)),
        "the kernel by netlink": attempt(socket.AF_NETLINK, socket.SOCK_RAW, (0, 0)),
        "postgres": attempt(socket.AF_UNIX, tcp, "/run/postgresql/.s.PGSQL.5432"),
    }
    with open(f"{file}.new", "w", encoding="utf-8") as out:
        json.dump(came, out)
    os.rename(f"{file}.new", file)


if __name__ == "__main__":
    main(sys.argv[1])
