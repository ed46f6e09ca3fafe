"""axe finds nothing on any page: at 360 in the dark and at 1280 by day, and in `make soak` at every width and scheme."""

from collections.abc import Callable
from itertools import product
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.doors import PEOPLE
from tests.browser.tour import Tour

Scheme = Literal["dark", "light"]
HEIGHT = 900
RUN = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"


def violations(page: Page, tour: Tour, who: str, looks: list[tuple[int, Scheme]]) -> list[str]:
    """What axe finds on the examples of one person's pages, each looked at in several ways."""
    found: list[str] = []
    page.emulate_media(reduced_motion="reduce")  # no colour on its way from one scheme to the other
    for example in tour.examples:
        if example.who != who:
            continue
        page.goto(tour.site.url(example.path))
        page.evaluate(Axe().axe_script)
        for width, scheme in looks:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.emulate_media(color_scheme=scheme)
            for one in page.evaluate(RUN):
                places = [" ".join(node["target"]) for node in one["nodes"]]
                found.append(f"{example.name}, {width} {scheme}: {one['id']} ({one['help']}): {places}")
    return found


@pytest.mark.parametrize("who", PEOPLE)
def test_axe_finds_nothing(who: str, tour: Tour, window: Callable[..., Page]) -> None:
    page = tour.window(window, who)
    assert not (found := violations(page, tour, who, [(360, "dark"), (1280, "light")])), "\n".join(found)


@pytest.mark.soak
@pytest.mark.parametrize("who", PEOPLE)
def test_axe_finds_nothing_at_any_width_in_any_scheme(
    who: str, tour: Tour, window: Callable[..., Page]
) -> None:
    page = tour.window(window, who)
    looks: list[tuple[int, Scheme]] = list(product((360, 768, 1280), ("dark", "light")))
    assert not (found := violations(page, tour, who, looks)), "\n".join(found)
