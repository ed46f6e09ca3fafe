"""The whole loop, with JavaScript."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser import scene
from tests.browser.loop import Loop
from tests.browser.serving import Site
from tests.support.world import World


def test_a_gig_goes_all_the_way_round_and_changes_profile_and_ranking(
    make: World, site: Site, window: Callable[..., Page], tmp_path: Path
) -> None:
    scene.with_password(make, make.amara, make.bruno)
    earlier = scene.earlier_opening(make)
    amara, bruno = window(), window()
    Loop(site, make, amara, bruno, earlier).walk(tmp_path)
