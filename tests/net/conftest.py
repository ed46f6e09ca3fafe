"""Fixtures for the tests of outgoing requests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from market.net.fetch import Policy
from tests.net.hostile import Authority, Names, Server, Watch, watching


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def watch() -> Iterator[Watch]:
    with watching() as watch:
        yield watch


@pytest.fixture
def server(authority: Authority, tmp_path: Path, watch: Watch) -> Iterator[Server]:
    """An https server for good.example, other.example and 127.0.0.1; the only address the test permits."""
    names = ("good.example", "other.example", "xn--mnchen-3ya.example", "127.0.0.1")
    server = Server(authority.server_context(tmp_path, *names))
    watch.permitted.add(server.end)
    yield server
    server.close()


@pytest.fixture
def plain_server(watch: Watch) -> Iterator[Server]:
    server = Server()
    watch.permitted.add(server.end)
    yield server
    server.close()


@pytest.fixture
def policy_for(authority: Authority) -> Callable[..., Policy]:
    """A policy in which good.example is `server`; keywords change the rest."""

    def build(server: Server, **changes: object) -> Policy:
        values: dict[str, object] = {
            "allowed": frozenset({server.end}),
            "ca": authority.pem,
            "resolver": Names(good_example=[["127.0.0.1"]], other_example=[["127.0.0.1"]]),
            **changes,
        }
        return Policy(**values)  # type: ignore[arg-type]

    return build
