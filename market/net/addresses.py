"""Which IP addresses lie on the public internet, and for the others, what they are.

IPv4 is a list of what is refused. IPv6 is the other way round: only 2000::/3 has ever been handed out for the
internet, so everything else is refused whatever it is called, and the list only names it. An address that
carries another inside (v4-mapped) is judged as the one inside; tunnels and translators (NAT64, 6to4, Teredo,
ISATAP) are refused whole, since nobody publishes a site at one and each is a way to smuggle a private address.

The tables are our own because `ipaddress.is_global` changes between Python releases and calls multicast,
6to4 and NAT64 of a public address global. Source: IANA special-purpose registries (RFC 6890 and successors).
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

IPAddress = IPv4Address | IPv6Address

_V4 = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        (
            "168.63.129.16/32",
            "cloud metadata",
        ),  # Azure's host agent: a public number, reachable only from inside
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),  # broadcast too
    )
)
_V6 = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("100::/64", "discard"),
        ("2001::/32", "Teredo"),
        ("2001:2::/48", "benchmarking"),
        ("2001:db8::/32", "documentation"),
        ("2001::/23", "protocol assignments"),  # after its named parts
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),  # site-local, long deprecated
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_ISATAP = (0x00005EFE, 0x02005EFE)  # the upper half of the interface part; a v4 address follows


def plain(text: str) -> IPAddress:
    """The address that `text` spells, with a v4-mapped one unmapped. ValueError if it spells none.

    A zone (`fe80::1%eth0`) stays on the address; `why_not_public` refuses it.
    """
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None and address.scope_id is None:
        return address.ipv4_mapped
    return address


def why_not_public(address: IPAddress, ours: Collection[IPAddress] = ()) -> str | None:
    """What kind of address this is when it is not one of the public internet; None when it is.

    `ours` are addresses this site listens on: public ones among them are refused too. O(table).
    """
    address = plain(str(address))
    if address in ours:
        return "our own"
    if isinstance(address, IPv4Address):
        return next((reason for network, reason in _V4 if address in network), None)
    if address.scope_id is not None:
        return "link-local"
    reason = next((reason for network, reason in _V6 if address in network), None)
    if reason is not None:
        return reason
    if address not in _GLOBAL_UNICAST:
        return "reserved"
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return "ISATAP"
    return None
