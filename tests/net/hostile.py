"""A server that misbehaves on purpose, names that lie, and a watch over every connection the process tries.

The watch is a Python audit hook: the interpreter itself reports each connect and each look-up, before it
happens, whatever library asks. An attempt at an address that the test did not permit is written down and
stopped, so a broken guard fails the test without a packet leaving the machine.
"""

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# --- the watch ------------------------------------------------------------------------------------------------


@dataclass
class Watch:
    """What the process tried to reach. `contacts` are attempts at anything but the permitted endpoints."""

    permitted: set[tuple[str, int]] = field(default_factory=set)
    contacts: list[object] = field(default_factory=list)
    connections: list[tuple[str, int]] = field(default_factory=list)

    def see(self, event: str, args: tuple[object, ...]) -> None:
        if event in ("socket.getaddrinfo", "socket.gethostbyname"):
            self.contacts.append((event, args[0]))
            raise socket.gaierror("no look-ups in this test")
        if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            return
        sock, address = args[0], args[1]
        assert isinstance(sock, socket.socket)
        if event == "socket.connect" and sock.type == socket.SOCK_DGRAM:
            return  # sends nothing
        end = (str(address[0]), int(address[1])) if isinstance(address, tuple) else (str(address), 0)
        if end in self.permitted:
            self.connections.append(end)
        else:
            self.contacts.append(end)
            raise PermissionError(f"{end} is not permitted in this test")


_watch: Watch | None = None
_installed = False


def _hook(event: str, args: tuple[object, ...]) -> None:
    if _watch is not None and event.startswith("socket."):
        _watch.see(event, args)


@contextlib.contextmanager
def watching() -> Iterator[Watch]:
    global _watch, _installed
    if not _installed:  # a hook cannot be taken out again, so there is one, asleep outside of a watch
        sys.addaudithook(_hook)
        _installed = True
    _watch = Watch()
    try:
        yield _watch
    finally:
        _watch = None


# --- names that lie -------------------------------------------------------------------------------------------


class Names:
    """A resolver: each name has its answers in turn, the last one for ever; the others do not exist."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self._answers = {name.replace("_", "."): list(turns) for name, turns in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        turns = self._answers.get(host)
        if not turns:
            raise socket.gaierror("Name or service not known")
        return turns.pop(0) if len(turns) > 1 else turns[0]


# --- a certificate authority of the test's own ----------------------------------------------------------------


class Authority:
    """Signs certificates for names and addresses. `pem` is what a policy takes as `ca`."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority for tests")])
        now = dt.datetime.now(dt.UTC)
        builder = self._builder(self._name, self._key, now + dt.timedelta(days=2))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        certificate = builder.add_extension(usage, critical=True).sign(self._key, hashes.SHA256())
        self._certificate = certificate
        self.pem = certificate.public_bytes(serialization.Encoding.PEM).decode()

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, until: dt.datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(until - dt.timedelta(days=3))
            .not_valid_after(until)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )

    def server_context(
        self, folder: Path, *names: str, expired: bool = False, path: str = ""
    ) -> ssl.SSLContext:
        """A server's context with a certificate for the names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        until = dt.datetime.now(dt.UTC) + dt.timedelta(days=-1 if expired else 2)
        alternatives: list[x509.GeneralName] = []
        for name in names:
            try:
                alternatives.append(x509.IPAddress(ipaddress.ip_address(name)))
            except ValueError:
                alternatives.append(x509.DNSName(name))
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A site for tests")])
        certificate = (
            self._builder(subject, key, until)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        file = folder / (path or f"{len(list(folder.iterdir()))}.pem")
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


# --- the server -----------------------------------------------------------------------------------------------


@dataclass
class Asked:
    """One request as it came in."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


Misbehaviour = Callable[["Server", socket.socket], None]


def answer(
    body: bytes = b"hello", status: str = "200 OK", headers: Sequence[tuple[str, str]] = ()
) -> Misbehaviour:
    """A well-behaved answer."""
    lines = [
        f"HTTP/1.1 {status}",
        *(f"{k}: {v}" for k, v in headers),
        f"Content-Length: {len(body)}",
        "",
        "",
    ]
    return raw("\r\n".join(lines).encode() + body)


def raw(data: bytes) -> Misbehaviour:
    return lambda server, sock: sock.sendall(data)


def go_to(location: str, status: str = "302 Found") -> Misbehaviour:
    return answer(b"", status, [("Location", location)])


class Server:
    """Listens on a loopback port until closed. `routes` maps a path to what is done; `contacts` counts connections."""

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.routes: dict[str, Misbehaviour] = {}
        self.contacts = 0
        self.sent = 0
        self.asked: list[Asked] = []
        self.names: list[str | None] = []
        self.closing = threading.Event()
        self._tls = tls
        if tls is not None:
            tls.sni_callback = lambda sock, name, context: self.names.append(name)
        self._socket = socket.create_server((host, 0))
        self.host, self.port = host, int(self._socket.getsockname()[1])
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()

    @property
    def end(self) -> tuple[str, int]:
        return self.host, self.port

    def url(self, host: str, path: str = "/") -> str:
        return f"http{'s' if self._tls else ''}://{host}:{self.port}{path}"

    def close(self) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def drip(self, sock: socket.socket, piece: bytes, *, times: int, every: float) -> None:
        """Send `piece` again and again, until the other side or the test has had enough."""
        for _ in range(times):
            if self.closing.wait(every):
                return
            sock.sendall(piece)
            self.sent += len(piece)

    def _listen(self) -> None:
        while True:
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            self.contacts += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        sock = plain
        try:
            plain.settimeout(30)
            if "handshake" in self.routes:
                self.routes["handshake"](self, plain)
                return
            if self._tls is not None:
                sock = self._tls.wrap_socket(plain, server_side=True)
            asked = self._read(sock)
            self.asked.append(asked)
            path = asked.line.split(" ")[1].partition("?")[0]
            self.routes.get(path, answer(b"nothing here", "404 Not Found"))(self, sock)
        except (OSError, IndexError):
            pass  # the other side has had enough
        finally:
            sock.close()
            plain.close()

    def _read(self, sock: socket.socket) -> Asked:
        data = b""
        while b"\r\n\r\n" not in data:
            more = sock.recv(65536)
            if not more:
                raise OSError("gone")
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        line, *rest = head.decode("latin-1").split("\r\n")
        asked = Asked(line, [(k, v.strip()) for k, _, v in (text.partition(":") for text in rest)])
        length = int((asked.all("content-length") or ["0"])[0])
        while len(body) < length:
            body += sock.recv(65536)
        asked.body = body
        return asked
