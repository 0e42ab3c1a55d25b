#!/usr/bin/env python3
"""A mail server for tests that keeps what it gets: every mail is one line of base64 in a file.

    mailsink.py 127.0.0.1:1025 FILE

On loopback only, without encryption, and it believes everybody.
"""

import asyncio
import base64
import ipaddress
import sys

from hop import log, notify, run

# A mail of ours is some kilobytes.
MAX_MAIL = 1024 * 1024
IDLE = 60.0


class Session:
    """One connection: the few commands that a client needs to hand over a mail."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, file: str) -> None:
        self.reader, self.writer, self.file = reader, writer, file

    async def say(self, text: str) -> None:
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def line(self) -> bytes:
        return await asyncio.wait_for(self.reader.readuntil(b"\r\n"), IDLE)

    async def mail(self) -> bytes:
        """The mail up to the line with one dot, without the dots that hide other dots."""
        lines = b""
        while (line := await self.line()) != b".\r\n":
            lines += line.removeprefix(b".")
            if len(lines) > MAX_MAIL:
                raise ValueError("the mail is too large")
        return lines

    async def serve(self) -> None:
        await self.say("220 mailsink ESMTP")
        while True:
            verb = (await self.line()).split()[:1]
            match verb[0].upper() if verb else b"":
                case b"QUIT":
                    await self.say("221 bye")
                    return
                case b"DATA":
                    await self.say("354 go on")
                    mail = await self.mail()
                    with open(self.file, "ab") as file:
                        file.write(base64.b64encode(mail) + b"\n")
                    log(f"a mail of {len(mail)} bytes")
                    await self.say("250 kept")
                case b"EHLO" | b"HELO" | b"MAIL" | b"RCPT" | b"RSET" | b"NOOP":
                    await self.say("250 mailsink")
                case _:
                    await self.say("502 not here")


def main(where: str, file: str) -> None:
    host, _, port = where.rpartition(":")
    if not ipaddress.ip_address(host.strip("[]")).is_loopback:
        sys.exit(f"mailsink.py: {where} is not on loopback")
    # It exists from the start, so that whoever looks finds no mails rather than no file.
    with open(file, "ab"):
        pass

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Session(reader, writer, file).serve()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            pass  # Whoever sent went away.
        except (ValueError, asyncio.LimitOverrunError) as error:
            log(f"a session that is none: {error}")
        finally:
            writer.close()

    async def serve(stopping: asyncio.Event) -> None:
        server = await asyncio.start_server(accepted, host.strip("[]"), int(port))
        notify("READY=1")
        await stopping.wait()
        server.close()

    run(serve)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: mailsink.py HOST:PORT FILE")
    main(sys.argv[1], sys.argv[2])
