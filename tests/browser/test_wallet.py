"""A badge from elsewhere, in browsers with and without scripts: added, watched, confirmed, and found on the profile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from market.accounts import sessions
from market.accounts.models import Person
from market.skills.models import SkillAlignment
from tests.browser.serving import Site
from tests.browser.steps import follow, press
from tests.support.world import World
from tests.wallet import scene


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_badge_is_added_watched_confirmed_and_stands_on_the_profile(
    make: World, site: Site, window: Callable[..., Page], tmp_path: Path, scripts: bool
) -> None:
    scene.know(make)
    with make.write() as db:
        baking = db.exec(select(SkillAlignment)).first()
        assert baking is not None
        db.add(SkillAlignment(skill_id=baking.skill_id, framework="test", uri=scene.ESCO))
        token = sessions.begin(db, db.get_one(Person, make.amara.id), "Chrome")
    page = window(java_script_enabled=scripts)
    page.context.add_cookies([{"name": "session", "value": token, "url": site.address}])
    badge = tmp_path / "badge.json"
    badge.write_bytes(scene.badge())

    page.goto(site.url("/me"))
    follow(page, "Add one")
    page.locator('[name="file"]').set_input_files(badge)
    press(page, "Check it")
    answers = page.get_by_role("heading", name="What it counts for")
    if scripts:  # the page finds out by itself when the check is done
        expect(answers).to_be_visible()
    else:
        for _turn in range(240):
            if answers.count():
                break
            page.wait_for_timeout(250)
            link = page.get_by_role("link", name="Look again")
            if link.count():
                link.click()
    expect(page.get_by_role("main")).to_contain_text("Yes, by e-mail")
    expect(page.get_by_role("main")).to_contain_text("Harbour College")

    page.locator('[name="skill"]').first.check()
    press(page, "Confirm")
    expect(page.get_by_role("status")).to_contain_text("It counts for one more skill now.")
    page.locator("#skills ~ ul a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Why")
    expect(page.get_by_role("main")).to_contain_text("Seam sealing")
    expect(page.get_by_role("main")).to_contain_text("Harbour College")
