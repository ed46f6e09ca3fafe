"""Reading a web address the one way it will be used, and refusing what two programs could read differently.

Pure: no name is looked up here. Most tricks against fetchers live in the gap between the parser that checks
and the client that connects; so the host checked here is the very string that is looked up, named in SNI and
sent as Host.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, unquote, urljoin

import idna

from market.net.addresses import IPAddress
from market.net.errors import Refused

MAX_URL_CHARACTERS = 2048
PORTS = {"https": 443, "http": 80}

_PARTS = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*):(?://([^/?#]*))?([^?#]*)(\?[^#]*)?(?:#.*)?", re.DOTALL
)  # RFC 3986, B
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}  # control characters, lone surrogates, line and paragraph separators
_DOTS = re.compile("[.。．｡]")


@dataclass(frozen=True, slots=True)
class Target:
    """One request's address, checked: what to look up (or connect to, when `address` is there) and what to ask."""

    scheme: str
    host: str
    """A name in ASCII and lower case without a trailing dot, or an IP address without brackets."""
    port: int
    path: str
    """With the query, in ASCII, beginning with a slash; the fragment is dropped."""
    address: IPAddress | None
    """The address when the host is one in its ordinary spelling."""

    @property
    def authority(self) -> str:
        """The value for the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def read_url(url: str, *, allow_http: bool = False, extra_ports: Collection[int] = ()) -> Target:
    """The target that `url` names; Refused with the reason when it is not one we would ask."""
    if len(url) > MAX_URL_CHARACTERS:
        raise Refused("too_long")
    _refuse_tricks(url)
    parts = _PARTS.fullmatch(url)
    if parts is None:
        raise Refused("not_a_url")
    scheme, authority, path, query = parts[1].lower(), parts[2], parts[3], parts[4] or ""
    if scheme not in PORTS or (scheme == "http" and not allow_http):
        raise Refused("scheme", scheme)
    if not authority:
        raise Refused("not_a_url")
    if "@" in unicodedata.normalize("NFKC", authority):
        raise Refused("userinfo")
    host, port = _host_and_port(authority, PORTS[scheme])
    if port != PORTS[scheme] and port not in extra_ports:
        raise Refused("port", str(port))
    name, address = _read_host(host)
    asked = quote((path or "/") + query, safe="%/?:@!$&'()*+,;=~-._")
    return Target(scheme, name, port, asked, address)


def read_redirect(
    origin: Target, location: str, *, allow_http: bool, extra_ports: Collection[int] = ()
) -> Target:
    """Where a Location header leads from `origin`, checked like any other address; never from https to http."""
    if not location:
        raise Refused("bad_redirect", "empty")
    _refuse_tricks(location)  # before joining too: urljoin quietly drops tabs and line ends
    try:
        joined = location if _SCHEME.match(location) else urljoin(origin.url, location)
    except ValueError as error:
        raise Refused("bad_redirect") from error
    if origin.scheme == "https" and joined[:5].lower() == "http:":
        raise Refused("downgrade")
    return read_url(joined, allow_http=allow_http, extra_ports=extra_ports)


def _refuse_tricks(text: str) -> None:
    # No detail here, nor anywhere before userinfo is ruled out: there may be a password in it.
    if any(unicodedata.category(character) in _FORBIDDEN for character in text):
        raise Refused("control_characters")
    if "\\" in text:
        raise Refused("backslash")


def _host_and_port(authority: str, usual: int) -> tuple[str, int]:
    if authority.startswith("["):
        host, bracket, rest = authority.partition("]")
        host += bracket
        if not bracket or not (rest == "" or rest.startswith(":")):
            raise Refused("bad_host", authority)
        digits = rest[1:]
    else:
        host, _, digits = authority.partition(":")
    if digits and not re.fullmatch("[0-9]{1,5}", digits):
        raise Refused("port", authority)
    return host, int(digits) if digits else usual


def _read_host(host: str) -> tuple[str, IPAddress | None]:
    if host.startswith("["):
        try:
            address = IPv6Address(host[1:-1])
        except AddressValueError as error:
            raise Refused("bad_host", host) from error
        if address.scope_id is not None:
            raise Refused("bad_host", host)
        return str(address), address
    if _looks_like_a_number(host):
        try:
            v4 = IPv4Address(
                host
            )  # takes four decimal parts without leading zeros, in ASCII, and nothing else
        except AddressValueError as error:
            raise Refused("odd_address", host) from error
        return str(v4), v4
    return _read_name(host), None


def _looks_like_a_number(host: str) -> bool:
    """Would some resolver or browser, after its own clean-up, take this host for an IPv4 address?

    The rule of the WHATWG URL standard ("ends in a number"), applied after undoing percent-encoding and the
    compatibility forms (full-width, enclosed, superscript digits) that it would undo.
    """
    folded = unicodedata.normalize("NFKC", unquote(host))
    labels = [label for label in _DOTS.split(folded) if label]
    return bool(labels) and _NUMBER.fullmatch(labels[-1]) is not None


def _read_name(host: str) -> str:
    name = host.removesuffix(".").lower()
    if not name.isascii():
        try:
            # IDNA 2008 without mapping: full-width letters, odd dots and the like are refused, not mended.
            name = idna.encode(unicodedata.normalize("NFC", name), strict=True, std3_rules=True).decode(
                "ascii"
            )
        except idna.IDNAError as error:
            raise Refused("bad_host", host) from error
    labels = name.split(".")
    # A name without a dot (localhost, an intranet host, a container) is never one of the public internet.
    if len(name) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused("bad_host", host)
    return name
