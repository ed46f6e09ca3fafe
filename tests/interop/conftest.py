"""What the tests with other verifiers share: Node, and a site that issues at the machine's time."""

import dataclasses
from collections.abc import Iterator

import pytest

from market import clock
from tests.interop import verifiers
from tests.support.world import World


@pytest.fixture(scope="session")
def node() -> str:
    """Node, where it and the verifiers are installed."""
    return verifiers.node()


@pytest.fixture
def named(make: World) -> World:
    """The world at a public address with a name, and at the tests' own time, which is past."""
    known = make.engine.get_execution_options()["issuing"]
    told = dataclasses.replace(known, public_url=verifiers.SITE)
    return World(make.engine.execution_options(issuing=told))


@pytest.fixture
def site(named: World) -> Iterator[World]:
    """The same at the machine's time, which these verifiers go by."""
    with clock.standing(verifiers.lately()):
        yield named
