"""A micro-apprenticeship from its template to the next ranking, in Chromium; its credential before other verifiers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from market import clock
from market.access import Role
from market.config import Settings
from market.db import transaction
from market.paths import data_dir
from market.skills import importing
from tests.browser import scene, steps
from tests.browser.learning import LEAST, SKILLS, TITLE, Apprenticeship
from tests.browser.serving import PATIENCE, Site, serving
from tests.interop import verifiers
from tests.support.world import World

ADDRESS = "https://calderside.example"


@pytest.fixture
def site(make: World, site_settings: Settings, quick_hashes: None) -> Iterator[Site]:
    """The site at the machine's time, which verifiers go by, signing under an address that others could ask."""
    importing.import_path(data_dir("seeds") / "skills.csv", partial(transaction, make.engine, write=True))
    with (
        clock.standing(datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)),
        serving(site_settings, make.engine, issued_as=ADDRESS) as found,
    ):
        yield found


def test_a_programme_is_run_by_four_people_and_ends_in_a_credential_and_another_ranking(
    make: World, site: Site, window: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    node = verifiers.node()
    monkeypatch.setattr(scene, "SKILLS", SKILLS)
    assessor = make.member(
        make.bakery, Role.MENTOR, person=make.person("Ruth Ellis", email="ruth@example.net")
    )
    scene.with_password(make, make.amara, make.bruno, make.mira, assessor)
    earlier = scene.earlier_opening(make)
    one = Apprenticeship(site, make, window(), window(), window(), window(), assessor)
    one.sign_in()
    assert [name for name, _met in steps.places(one.bruno, site, earlier)] == ["Joel Adeyemi", "Amara Okafor"]

    programme = one.is_published()
    work = one.is_signed(one.opens_a_round(programme))
    one.learns(work)
    one.meets(work, one.mira, one.amara, 1)
    one.does(work, 4)  # three tasks, and the capstone
    one.is_refused(work, f"1 of at least {LEAST} sessions with a mentor are held")
    one.meets(work, one.amara, one.mira, 2)
    one.is_refused(work, "The capstone is not passed yet")
    one.judges(work, 4)
    steps.finishes(one.amara, site, work)
    site.settled()
    path = one.takes(TITLE)

    credential = httpx.get(site.url(f"{path}.json"), timeout=PATIENCE).raise_for_status().json()
    subject: dict[str, Any] = credential["credentialSubject"]
    assert len(subject["result"]) == 4
    assert {each["id"] for each in credential["evidence"]} >= {
        f"https://example.org/stock/{n}" for n in range(4)
    }
    with site.read() as db:
        documents = verifiers.published(db, ADDRESS, make.bakery.public_id)
    said = verifiers.said_of(node, {"whole": credential}, documents)
    assert {name: each["ok"] for name, each in said["whole"].items()} == dict.fromkeys(
        verifiers.LIBRARIES, True
    ), said

    assert [name for name, _met in steps.places(one.bruno, site, earlier)] == ["Amara Okafor", "Joel Adeyemi"]
