"""What the pages of applications are tested on."""

import pytest

from tests.applications import scene
from tests.support.world import World


@pytest.fixture
def opening(make: World) -> int:
    return scene.opening(make)


@pytest.fixture
def there(make: World, opening: int) -> str:
    return scene.public_id(make, opening)
