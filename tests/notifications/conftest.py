"""The mail server that tests of mail talk to."""

from collections.abc import Iterator

import pytest

from tests.notifications.server import FakeServer, running


@pytest.fixture
def post_office() -> Iterator[FakeServer]:
    with running() as server:
        yield server
