"""Sending mail by SMTP: the server a setting names, TLS wherever a password or the open net is involved.

`smtp://user:password@host:587` begins plain and turns to TLS by STARTTLS; `smtps://host:465` is TLS from the first byte.
Plain mail goes only to this machine itself, or to a host named with `?tls=no` (a relay in one's own net), and then
without a password.
"""

import ipaddress
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import idna

TIMEOUT = 15.0  # seconds for each answer of the server


class Unreachable(Exception):
    """The server is away, refuses us, or cannot be trusted: no mail is at fault, so all of them wait."""


class Refused(Exception):
    """The server does not take this one mail. `for_good` where trying again would be refused again."""

    def __init__(self, words: str, *, for_good: bool) -> None:
        super().__init__(words)
        self.for_good = for_good


class Server(NamedTuple):
    """Where mail is handed over."""

    host: str
    port: int
    user: str
    password: str
    tls_at_once: bool
    plain_allowed: bool


def server_of(url: str) -> Server:
    """The server that a setting names. Raises ValueError, which never quotes the password."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("MARKET_SMTP_URL is smtp://user:password@host:port or smtps://...")
    at_once = parts.scheme == "smtps"
    plain = parse_qs(parts.query).get("tls") == ["no"] or _is_own_machine(parts.hostname)
    return Server(
        host=parts.hostname,
        port=parts.port or (465 if at_once else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls_at_once=at_once,
        plain_allowed=plain and not at_once,
    )


def _is_own_machine(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


class Connection:
    """An open conversation with the server."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client

    def send(self, message: EmailMessage, sender: str, to: str) -> None:
        """Hand one mail over. Raises `Refused` for this mail, `Unreachable` when the conversation broke off."""
        try:
            self._client.send_message(message, sender, [_ascii_domain(to)])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _refusal(code, words) from None
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if isinstance(error, smtplib.SMTPResponseException):
                raise _refusal(error.smtp_code, error.smtp_error) from None
            if isinstance(error, smtplib.SMTPNotSupportedError):
                raise Refused("The server takes no address of this kind.", for_good=True) from None
            raise Unreachable(type(error).__name__) from None
        except (ValueError, UnicodeError) as error:
            raise Refused(type(error).__name__, for_good=True) from None


def _refusal(code: int, words: bytes | str) -> Exception:
    """421 closes the conversation; other 4xx are for now, 5xx for good. The server's words may quote the address: left out."""
    if code == 421:
        return Unreachable("421")
    return Refused(f"SMTP {code}", for_good=code >= 500)


def _ascii_domain(address: str) -> str:
    local, _at, domain = address.rpartition("@")
    with suppress(idna.IDNAError):
        domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    return f"{local}@{domain}"


@contextmanager
def connect(server: Server, name: str, *, timeout: float = TIMEOUT) -> Iterator[Connection]:
    """A conversation with the server, closed at the end. `name` is how we introduce ourselves. Raises `Unreachable`."""
    client: smtplib.SMTP | None = None
    try:
        client = _open(server, name, timeout)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise Unreachable(type(error).__name__) from None
    try:
        yield Connection(client)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            client.quit()
        client.close()


def _open(server: Server, name: str, timeout: float) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.tls_at_once:
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=name, timeout=timeout, context=context
        )
        encrypted = True
    else:
        client = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=timeout)
        encrypted = False
    try:
        client.ehlo()
        if not encrypted and client.has_extn("starttls"):
            client.starttls(context=context)
            client.ehlo()
            encrypted = True
        if not encrypted and not server.plain_allowed:
            raise smtplib.SMTPNotSupportedError("no TLS")
        if server.user:
            if not encrypted and not _is_own_machine(server.host):
                raise smtplib.SMTPNotSupportedError("no TLS")
            client.login(server.user, server.password)
    except BaseException:
        client.close()
        raise
    return client
