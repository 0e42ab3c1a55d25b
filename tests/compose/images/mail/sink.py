"""A mail server that keeps what it gets: each mail is one line of base64 in /mails."""

import base64
import socketserver


class Session(socketserver.StreamRequestHandler):
    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 sink")
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"DATA":
                self.say("354 go on")
                mail = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    mail += part[1:] if part.startswith(b".") else part
                with open("/mails", "ab") as file:
                    file.write(base64.b64encode(mail) + b"\n")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


open("/mails", "ab").close()
Server(("0.0.0.0", 25), Session).serve_forever()
