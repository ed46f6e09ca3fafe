"""A small SMTP server on loopback for tests: takes mail, refuses some of it, or hangs up, as it is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import Message
from email.policy import default


class FakeServer:
    """Answers one conversation after another. `answers` maps a part of an address to what RCPT is answered with."""

    def __init__(self) -> None:
        self.mail: list[tuple[str, Message]] = []
        self.answers: dict[str, str] = {}
        self.hang_up_on: set[str] = set()  # parts of addresses after which the line goes dead
        self.commands: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # or the thread that waits would take one more
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self._listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as said:
                try:
                    self._talk(line, iter(said.readline, b""))
                except OSError:
                    continue

    def _talk(self, line: socket.socket, said: Iterator[bytes]) -> None:
        def answer(words: str) -> None:
            line.sendall(words.encode() + b"\r\n")

        to = ""
        answer("220 here")
        for raw in said:
            command = raw.decode().strip()
            self.commands.append(command)
            verb = command.split(" ")[0].upper()
            if verb == "EHLO":
                answer("250-here\r\n250 8BITMIME")
            elif verb == "RCPT":
                to = command.partition("<")[2].rpartition(">")[0]
                if any(part in to for part in self.hang_up_on):
                    return
                answer(next((a for part, a in self.answers.items() if part in to), "250 fine"))
            elif verb == "DATA":
                answer("354 go on")
                lines = []
                for one in said:
                    if one.rstrip(b"\r\n") == b".":
                        break
                    lines.append(one.removeprefix(b"."))
                self.mail.append((to, message_from_bytes(b"".join(lines), policy=default)))
                answer("250 taken")
            elif verb == "QUIT":
                answer("221 bye")
                return
            else:
                answer("250 fine")


@contextmanager
def running() -> Iterator[FakeServer]:
    server = FakeServer()
    try:
        yield server
    finally:
        server.close()
