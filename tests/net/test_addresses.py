"""The address table against three others: one written here apart from it, Python's, and ssrfguard's."""

import os
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ssrfguard import DEFAULT_DENIED

from market.net.addresses import IPAddress, plain, why_not_public
from tests.net.attacks import PRIVATE_ADDRESSES

# IPv4 as first and last address, IPv6 as prefixes of hexadecimal text: another form than the table's own, so
# that one slip cannot be in both.
NOT_PUBLIC_V4 = [
    ("0.0.0.0", "0.255.255.255"),
    ("10.0.0.0", "10.255.255.255"),
    ("100.64.0.0", "100.127.255.255"),
    ("127.0.0.0", "127.255.255.255"),
    ("168.63.129.16", "168.63.129.16"),
    ("169.254.0.0", "169.254.255.255"),
    ("172.16.0.0", "172.31.255.255"),
    ("192.0.0.0", "192.0.0.255"),
    ("192.0.2.0", "192.0.2.255"),
    ("192.88.99.0", "192.88.99.255"),
    ("192.168.0.0", "192.168.255.255"),
    ("198.18.0.0", "198.19.255.255"),
    ("198.51.100.0", "198.51.100.255"),
    ("203.0.113.0", "203.0.113.255"),
    ("224.0.0.0", "255.255.255.255"),
]
PUBLIC_V6 = ("2", "3")  # the first figure
# 2001:0000 to 2001:01ff, Teredo and the rest of the protocol assignments
PROTOCOL_ASSIGNMENTS = ("200100", "200101")


def public_by_hand(address: IPAddress) -> bool:
    if isinstance(address, IPv4Address):
        return not any(IPv4Address(a) <= address <= IPv4Address(b) for a, b in NOT_PUBLIC_V4)
    figures = address.exploded.replace(":", "")
    if figures.startswith("0" * 20 + "ffff"):
        return public_by_hand(IPv4Address(int(address) & 0xFFFFFFFF))
    if figures[16:24] in ("00005efe", "02005efe"):
        return False
    barred = ("20010db8", "2002", "3fff0", *PROTOCOL_ASSIGNMENTS)
    return figures.startswith(PUBLIC_V6) and not figures.startswith(barred)


# Cheap, so more than the gate's usual number.
EXAMPLES = 20_000 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 400

_EDGES = [
    *(int(IPv4Address(end)) for pair in NOT_PUBLIC_V4 for end in pair),
    *(int(ip_network(n)[i]) for n in ("1.1.1.0/24", "8.8.8.0/24", "168.63.129.0/24") for i in (0, -1)),
]
v4_addresses = st.one_of(
    st.integers(0, 2**32 - 1),
    st.tuples(st.sampled_from(_EDGES), st.integers(-2, 2)).map(lambda pair: (pair[0] + pair[1]) % 2**32),
).map(IPv4Address)

_V6_PREFIXES = [
    IPv6Network(text)
    for text in [
        "::/0",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "1fff::/16",
        "2000::/3",
        "2000::/16",
        "2001::/32",
        "2001:1::/32",
        "2001:2::/48",
        "2001:10::/28",
        "2001:20::/28",
        "2001:1ff::/32",
        "2001:200::/32",
        "2001:db7::/32",
        "2001:db8::/32",
        "2001:db9::/32",
        "2002::/16",
        "2003::/16",
        "2606:4700::/32",
        "3ffe::/16",
        "3fff::/20",
        "3fff:1000::/20",
        "4000::/16",
        "5f00::/16",
        "fbff::/16",
        "fc00::/7",
        "fe00::/10",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ]
]


@st.composite
def v6_addresses(draw: st.DrawFn) -> IPv6Address:
    network = draw(st.sampled_from(_V6_PREFIXES))
    bits = 128 - network.prefixlen
    rest = draw(st.one_of(st.integers(0, 2**bits - 1), st.sampled_from([0, 2**bits - 1])))
    if draw(st.booleans()):  # another address inside: where it is v4 it may be a private one
        rest = (rest >> 32 << 32 | int(draw(v4_addresses))) & (2**bits - 1)
    if draw(st.booleans()) and bits >= 64:
        marker = draw(st.sampled_from([0x00005EFE, 0x02005EFE, 0x01005EFE]))
        rest = rest & ~(0xFFFFFFFF << 32) | marker << 32
    return IPv6Address(int(network.network_address) | rest)


addresses = st.one_of(v4_addresses, v6_addresses())


@settings(max_examples=EXAMPLES)
@given(addresses)
def test_the_table_agrees_with_one_written_apart(address: IPAddress) -> None:
    assert (why_not_public(address) is None) == public_by_hand(address)


@settings(max_examples=EXAMPLES)
@given(addresses)
def test_nothing_is_public_that_python_or_ssrfguard_refuses(address: IPAddress) -> None:
    if why_not_public(address) is None:
        inner = plain(str(address))
        assert inner.is_global
        assert not inner.is_multicast
        assert not DEFAULT_DENIED.classify(address).blocked


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
def test_each_address_of_the_attack_list_has_a_reason(address: str) -> None:
    assert why_not_public(plain(address))


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "93.184.215.14",
        "100.63.255.255",
        "100.128.0.1",
        "172.32.0.1",
        "198.17.255.255",
        "223.255.255.255",
        "168.63.129.17",
        "::ffff:93.184.215.14",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "2001:200::1",
        "3ffe::1",
    ],
)
def test_ordinary_public_addresses_are_public(address: str) -> None:
    assert why_not_public(plain(address)) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("0.0.0.0", "unspecified"),
        ("127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("168.63.129.16", "cloud metadata"),
        ("198.18.0.1", "benchmarking"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("64:ff9b::1", "NAT64"),
        ("64:ff9b:1::1", "NAT64"),
        ("100::1", "discard"),
        ("2001::1", "Teredo"),
        ("2001:2::1", "benchmarking"),
        ("2001:db8::1", "documentation"),
        ("2002::1", "6to4"),
        ("2606:4700::5efe:a00:1", "ISATAP"),
        ("2606:4700::1%lo", "link-local"),
        ("4000::1", "reserved"),
        ("fc00::1", "private"),
        ("fe80::1%lo", "link-local"),
        ("fe80::1", "link-local"),
        ("fec0::1", "private"),
        ("ff02::1", "multicast"),
    ],
)
def test_a_reason_names_the_kind(address: str, reason: str) -> None:
    assert why_not_public(plain(address)) == reason


def test_our_own_addresses_are_not_public_in_either_spelling() -> None:
    ours = {plain("93.184.215.14")}
    assert why_not_public(IPv4Address("93.184.215.14"), ours) == "our own"
    assert why_not_public(IPv6Address("::ffff:93.184.215.14"), ours) == "our own"
    assert why_not_public(IPv4Address("93.184.215.15"), ours) is None
