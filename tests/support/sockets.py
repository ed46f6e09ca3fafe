"""Refuses connections that leave the machine, so that no test can depend on the world outside."""

import ipaddress
import sys
from typing import Any


class OutsideConnection(RuntimeError):
    """A test tried to reach another machine. No OSError: code that forgives those must not forgive this."""


def refuse_outside() -> None:
    """From now on, in this process, only loopback and local sockets connect and only local names are looked up."""
    sys.addaudithook(_look)


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple):
            _refuse_unless_local(address[0])
    elif event == "socket.getaddrinfo":
        _refuse_unless_local(arguments[0])


def _refuse_unless_local(host: str | bytes | None) -> None:
    if isinstance(host, bytes):
        host = host.decode()
    if not host or host == "localhost" or host.endswith(".localhost"):
        return
    try:
        if ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified:
            return
    except ValueError:
        pass
    raise OutsideConnection(f"A test tried to reach {host}.")
