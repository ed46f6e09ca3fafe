"""What someone wrote without a single space breaks into lines: nobody's page grows wider than their window."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from sqlmodel import col, update

from market.accounts import sessions
from market.accounts.models import Organisation, Person
from tests.applications import scene
from tests.browser.serving import Site
from tests.support.world import World

LONG = "W" * 78
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [320, 1280])
def test_a_long_word_in_a_name_or_a_title_widens_no_page(
    make: World, site: Site, window: Callable[..., Page], width: int
) -> None:
    opening = scene.opening(make, title=LONG, summary=LONG * 3)
    applied = scene.applied(make, opening, make.amara)
    with make.write() as db:
        db.exec(
            update(Person).where(col(Person.id).in_([make.amara.id, make.bruno.id])).values(display_name=LONG)
        )
        db.exec(update(Organisation).where(col(Organisation.id) == make.bakery.id).values(name=LONG))
        tokens = {who: sessions.begin(db, db.get_one(Person, who.id)) for who in (make.amara, make.bruno)}
    shown, sent = scene.public_id(make, opening), scene.state(make, applied).public_id
    ways = {
        make.amara: [
            "/",
            "/home",
            "/openings",
            f"/openings/{shown}",
            f"/openings/{shown}/rubric",
            "/applications",
            f"/applications/{sent}",
            "/settings",
            "/news",
        ],
        make.bruno: [
            "/employer",
            "/postings",
            f"/postings/{shown}",
            f"/postings/{shown}/applications",
            f"/postings/{shown}/candidates",
            f"/applications/{sent}",
            f"/applications/{sent}/offer",
        ],
    }
    wide = {}
    for who, paths in ways.items():
        page = window(viewport={"width": width, "height": 800})
        page.context.add_cookies([{"name": "session", "value": tokens[who], "url": site.address}])
        for path in paths:
            answer = page.goto(site.url(path))
            assert answer is not None
            assert answer.ok, path
            if (over := page.evaluate(OVERFLOW)) > 0:
                wide[path] = over
    assert wide == {}
