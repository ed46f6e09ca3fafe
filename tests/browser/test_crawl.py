"""No dead ends in the demo world: every link leads somewhere, nothing breaks in the browser, nothing runs out of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request

from tests.browser.doors import GONE, MISSING, PEOPLE
from tests.browser.tour import GET_ROUTES, Tour, Visit

# Routes whose answer is no page, or that no link and no door of the tour leads to.
NOT_VISITED = {
    "healthz": "answers a machine",
    "documents.site_did": "answers a machine, and the demo site issues nothing itself",
    "documents.issuer": "answers a machine",
    "documents.key": "answers a machine",
    "documents.status_list": "answers a machine",
    "documents.achievement": "answers a machine",
}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_every_link_leads_somewhere(tour: Tour) -> None:
    wrong = [
        f"{one.name}, linked from {one.came_from}: {one.status}" for one in tour.visits if not one.is_right
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_leads_to_a_page_that_does_not_exist(tour: Tour) -> None:
    assert not [one.name for one in tour.visits if not one.route and one.path != MISSING]


def test_every_page_of_the_site_is_visited_by_someone(tour: Tour) -> None:
    visited = {one.route for one in tour.visits if one.status in (200, 303)}
    assert sorted(route.name for route in GET_ROUTES if route.name not in visited | set(NOT_VISITED)) == []
    assert not visited & set(NOT_VISITED), "a reason that holds no more"


def complaints(pages: list[Visit], tour: Tour, window: Callable[..., Page]) -> list[str]:
    """What the browser complains of on these pages, and how far each is wider than a phone."""
    found: list[str] = []
    at = ""

    def note(words: str) -> None:
        if not at.endswith((MISSING, GONE)):  # whose own answer, 404, the browser counts as an error
            found.append(f"{at}: {words}")

    def failed(request: Request) -> None:
        if (
            request.failure != "net::ERR_ABORTED"
        ):  # the tab's icon was still on its way when the page was left
            note(f"{request.url}: {request.failure}")

    for who in PEOPLE:
        page = tour.window(window, who)
        # A breach of the content policy is told on the console.
        page.on("console", lambda told: note(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: note(str(error)))
        page.on("requestfailed", failed)
        page.on("response", lambda got: note(f"{got.url}: {got.status}") if got.status >= 400 else None)
        for one in (one for one in pages if one.who == who):
            at = one.name
            page.goto(tour.site.url(one.path))
            for width in (360, 320):
                page.set_viewport_size({"width": width, "height": 800})
                if (over := page.evaluate(OVERFLOW)) > 0:
                    found.append(f"{at}: at {width} pixels it is {over} too wide")
    return found


def test_no_page_complains_in_the_browser_or_is_wider_than_a_phone(
    tour: Tour, window: Callable[..., Page]
) -> None:
    assert not (found := complaints(tour.examples, tour, window)), "\n".join(found)


@pytest.mark.soak
def test_no_page_of_any_person_does(tour: Tour, window: Callable[..., Page]) -> None:
    assert not (found := complaints(tour.one_each, tour, window)), "\n".join(found)
