"""https proves whose answer it is: by the name in the address, never by the number connected to."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from market.net.errors import Unreachable
from market.net.fetch import Policy, _tls, fetch
from tests.net.hostile import Authority, Server, Watch, answer, raw

PolicyFor = Callable[..., Policy]
Serve = Callable[..., Server]


@pytest.fixture
def serve(authority: Authority, tmp_path: Path, watch: Watch) -> Iterator[Serve]:
    servers: list[Server] = []

    def start(*names: str, signed_by: Authority = authority, expired: bool = False) -> Server:
        server = Server(signed_by.server_context(tmp_path, *names, expired=expired))
        server.routes["/"] = answer(b"private words")
        watch.permitted.add(server.end)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.close()


def code(server: Server, policy: Policy, host: str = "good.example") -> str:
    with pytest.raises(Unreachable) as caught:
        fetch(server.url(host), policy=policy)
    return caught.value.code


def test_the_name_in_the_certificate_must_be_the_name_in_the_address(
    serve: Serve, policy_for: PolicyFor
) -> None:
    right, wrong, number = serve("good.example"), serve("other.example"), serve("127.0.0.1")
    assert fetch(right.url("good.example"), policy=policy_for(right)).ok
    assert code(wrong, policy_for(wrong)) == "certificate"
    assert code(number, policy_for(number)) == "certificate"
    assert wrong.asked == number.asked == []  # not a byte of the request was sent


def test_an_address_in_numbers_needs_a_certificate_for_the_number(
    serve: Serve, policy_for: PolicyFor
) -> None:
    right, wrong = serve("127.0.0.1"), serve("good.example")
    assert fetch(right.url("127.0.0.1"), policy=policy_for(right)).ok
    assert right.names == [None]  # numbers are not named in SNI
    assert code(wrong, policy_for(wrong), "127.0.0.1") == "certificate"


def test_a_certificate_must_be_in_date_and_from_a_known_authority(
    serve: Serve, policy_for: PolicyFor
) -> None:
    expired, stranger = serve("good.example", expired=True), serve("good.example", signed_by=Authority())
    assert code(expired, policy_for(expired)) == "certificate"
    assert code(stranger, policy_for(stranger)) == "certificate"
    ours = serve("good.example")
    assert code(ours, policy_for(ours, ca=None)) == "certificate"


def test_certificates_named_in_the_environment_are_not_trusted(
    serve: Serve, policy_for: PolicyFor, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "planted.pem").write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "planted.pem"))
    _tls.cache_clear()
    server = serve("good.example")
    assert code(server, policy_for(server, ca=None)) == "certificate"
    _tls.cache_clear()


def test_a_site_that_speaks_no_tls_is_told_apart(serve: Serve, policy_for: PolicyFor) -> None:
    server = serve("good.example")
    server.routes["handshake"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    assert code(server, policy_for(server)) == "no_tls"
