"""What the tests with other verifiers share: Node, and a site that issues at the machine's time."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from market import clock
from tests.interop import verifiers
from tests.support.world import World


@pytest.fixture(scope="session")
def node() -> str:
    """Node, where it and the verifiers are installed."""
    return verifiers.node()


@pytest.fixture
def site(make: World) -> Iterator[World]:
    """The world at a public address with a name, and at the machine's time, which these verifiers go by."""
    known = make.engine.get_execution_options()["issuing"]
    told = dataclasses.replace(known, public_url=verifiers.SITE)
    with clock.standing(datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)):
        yield World(make.engine.execution_options(issuing=told))
