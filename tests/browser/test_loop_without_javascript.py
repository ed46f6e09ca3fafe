"""The whole loop, in browsers that run no script."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser import scene
from tests.browser.loop import Loop
from tests.browser.serving import Site
from tests.support.world import World


def test_a_gig_goes_all_the_way_round_without_javascript(
    make: World, site: Site, window: Callable[..., Page], tmp_path: Path
) -> None:
    scene.with_password(make, make.amara, make.bruno)
    earlier = scene.earlier_opening(make)
    amara, bruno = (window(java_script_enabled=False) for _ in range(2))
    Loop(site, make, amara, bruno, earlier).walk(tmp_path)
