"""From a checked target to an open connection: one look-up, every answer judged, one deadline over all of it.

httpcore speaks HTTP and asks this module for its connection, so the name is never looked up a second time: what
was judged is what is connected to, and the name goes only into SNI, the certificate check and Host.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import httpcore

from market.net.addresses import IPAddress, plain, why_not_public
from market.net.errors import Refused, Unreachable, Unusable
from market.net.urls import PORTS, Target

Resolver = Callable[[str, int], Sequence[str]]
"""Name and port to IP addresses as text; OSError when there are none."""

MOST_ADDRESSES_TRIED = 4
CONNECT_SECONDS = 3.0  # for each address, so that one dead address does not use up the whole deadline

# A look-up cannot be interrupted; a hostile name server could otherwise leave threads behind without end.
_LOOKUPS = threading.BoundedSemaphore(16)


class Deadline:
    """The moment by which a whole fetch must be over, whatever the other side does."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, at_most: float = float("inf")) -> float:
        """Seconds left, above 0 and at most `at_most`; Unreachable("too_slow") when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise Unreachable("too_slow")
        return min(left, at_most)


def system_resolver(host: str, port: int) -> Sequence[str]:
    """What the operating system answers, in its order of preference, each address once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def addresses_of(
    target: Target,
    resolver: Resolver,
    deadline: Deadline,
    *,
    dns_seconds: float,
    ours: Collection[IPAddress],
    allowed: Collection[tuple[str, int]],
) -> list[IPAddress]:
    """The addresses to connect to, in the resolver's order, looked up once; Refused if any of them is not public.

    `allowed` are exact (address, port) pairs that are let through all the same.
    """
    if target.address is not None:
        found = [plain(str(target.address))]
    else:
        try:
            found = [
                plain(text)
                for text in _look_up(resolver, target.host, target.port, deadline.left(dns_seconds))
            ]
        except ValueError as error:
            raise Unreachable("no_such_name", f"the resolver gave no address: {error}") from error
    if not found:
        raise Unreachable("no_such_name", "no answers")
    ask_machine: list[IPAddress] = []
    for address in found:
        if (str(address), target.port) in allowed:
            continue
        reason = why_not_public(address, ours)
        if reason is not None:
            raise Refused("not_public", f"{target.host} leads to {address}: {reason}")
        # Another port is open because of `allowed` alone, and this is not that address.
        if target.port != PORTS[target.scheme]:
            raise Refused("port", f"{target.host} leads to {address}, port {target.port}")
        ask_machine.append(address)
    for address in ask_machine:
        if _is_this_machine(address):
            raise Refused("not_public", f"{target.host} leads to {address}: our own")
    return found


def _look_up(resolver: Resolver, host: str, port: int, seconds: float) -> Sequence[str]:
    end = time.monotonic() + seconds
    if not _LOOKUPS.acquire(timeout=seconds):
        raise Unreachable("dns_slow", "all look-ups are busy")
    answer: queue.SimpleQueue[Sequence[str] | BaseException] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answer.put(resolver(host, port))
        except BaseException as error:
            answer.put(error)
        finally:
            _LOOKUPS.release()

    threading.Thread(target=look_up, name=f"look up {host}", daemon=True).start()
    try:
        found = answer.get(timeout=max(0.0, end - time.monotonic()))
    except queue.Empty:
        raise Unreachable("dns_slow", host) from None
    if isinstance(found, OSError | UnicodeError):
        raise Unreachable("no_such_name", f"{host}: {found}") from found
    if isinstance(found, BaseException):
        raise found
    return found


def _is_this_machine(address: IPAddress) -> bool:
    """Does the address belong to an interface of this machine? Nothing is sent to find out.

    Where the system lets anybody bind to anything (ip_nonlocal_bind) this cannot be told, and is False:
    there, the policy's own addresses must name them.
    """
    return _can_bind(str(address)) and not _can_bind("192.0.2.1" if address.version == 4 else "2001:db8::1")


def _can_bind(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


class Guarded(httpcore.NetworkBackend):
    """Gives httpcore one connection to the given addresses, whatever host it asks for.

    `read_budget` is how many more bytes the other side may send, headers and framing included.
    """

    def __init__(
        self, addresses: Sequence[IPAddress], port: int, deadline: Deadline, read_budget: int
    ) -> None:
        self._addresses = addresses[:MOST_ADDRESSES_TRIED]
        self._port = port
        self._deadline = deadline
        self.read_budget = read_budget
        self.over_budget = "headers_too_large"
        """The code of the error when the budget is used up; the caller changes it once the headers are in."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: OSError | None = None
        for address in self._addresses:
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            sock = None
            try:
                sock = socket.socket(family, socket.SOCK_STREAM)
                sock.settimeout(self._deadline.left(CONNECT_SECONDS))
                sock.connect((str(address), self._port))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return _Stream(sock, self, self._deadline)
            except OSError as error:
                failure = error
            except BaseException:
                if sock is not None:
                    sock.close()
                raise
            if sock is not None:
                sock.close()
        self._deadline.left()
        raise Unreachable("no_connection", str(failure))


class _Stream(httpcore.NetworkStream):
    """A socket on which every wait ends at the deadline and every byte counts against the budget."""

    def __init__(self, sock: socket.socket, guard: Guarded, deadline: Deadline) -> None:
        self._sock = sock
        self._guard = guard
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._guard.read_budget <= 0:
            raise Unusable(self._guard.over_budget)
        self._sock.settimeout(self._deadline.left())
        try:
            data = self._sock.recv(min(max_bytes, self._guard.read_budget))
        except TimeoutError as error:
            raise Unreachable("too_slow") from error
        except OSError as error:
            raise Unusable("broken", str(error)) from error
        self._guard.read_budget -= len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._sock.settimeout(self._deadline.left())
        try:
            self._sock.sendall(buffer)  # its timeout is over the whole buffer
        except TimeoutError as error:
            raise Unreachable("too_slow") from error
        except OSError as error:
            # httpcore goes on to read: a server may answer and hang up before it has taken all of the request.
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._sock.settimeout(self._deadline.left())  # Python holds the whole handshake to it
        try:
            wrapped = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except BaseException as error:
            self._sock.close()
            if isinstance(error, TimeoutError):
                raise Unreachable("too_slow") from error
            if isinstance(error, ssl.SSLCertVerificationError):
                raise Unreachable("certificate", error.verify_message) from error
            if isinstance(error, OSError):
                raise Unreachable("no_tls", str(error)) from error
            raise
        return _Stream(wrapped, self._guard, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return None
