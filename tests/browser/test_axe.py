"""axe finds nothing on any page: at 360 in the dark and at 1280 by day, and in `make soak` at every width and scheme."""

from collections.abc import Callable
from itertools import product
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.doors import PEOPLE
from tests.browser.tour import Tour, Visit

Scheme = Literal["dark", "light"]
HEIGHT = 900
RUN = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"


def violations(
    pages: list[Visit], tour: Tour, window: Callable[..., Page], looks: list[tuple[int, Scheme]]
) -> list[str]:
    """What axe finds on these pages, each looked at by the person whose page it is, in several ways."""
    found: list[str] = []
    for who in PEOPLE:
        page = tour.window(window, who)
        page.emulate_media(reduced_motion="reduce")  # no colour on its way from one scheme to the other
        for one in (one for one in pages if one.who == who):
            page.goto(tour.site.url(one.path))
            page.evaluate(Axe().axe_script)
            for width, scheme in looks:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                page.emulate_media(color_scheme=scheme)
                for fault in page.evaluate(RUN):
                    places = [" ".join(node["target"]) for node in fault["nodes"]]
                    found.append(f"{one.name}, {width} {scheme}: {fault['id']} ({fault['help']}): {places}")
    return found


def test_axe_finds_nothing(tour: Tour, window: Callable[..., Page]) -> None:
    found = violations(tour.examples, tour, window, [(360, "dark"), (1280, "light")])
    assert not found, "\n".join(found)


@pytest.mark.soak
def test_axe_finds_nothing_at_any_width_in_any_scheme(tour: Tour, window: Callable[..., Page]) -> None:
    looks: list[tuple[int, Scheme]] = list(product((360, 768, 1280), ("dark", "light")))
    found = violations(tour.one_each, tour, window, looks)
    assert not found, "\n".join(found)
