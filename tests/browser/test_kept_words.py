"""What people wrote comes back when a form is refused, in a browser, with JavaScript and without."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import scene
from tests.browser.serving import Site
from tests.browser.steps import press, signs_in, told
from tests.engagements import scene as working
from tests.opportunities import postings
from tests.support.world import World

NOTE = "The list of all the flour, with what was\ncounted twice."


def of_megabytes(folder: Path, many: int) -> Path:
    """A file of so many megabytes that takes no room."""
    path = folder / f"{many}.csv"
    with path.open("wb") as file:
        file.truncate(many << 20)
    return path


def handing_in(make: World, site: Site, page: Page, file: Path) -> Page:
    """Amara at the form of a part of her work, with a note and a file in it."""
    scene.with_password(make, make.amara)
    part = working.parts(make, make.engagement())[0].public_id
    signs_in(page, site, make.amara)
    page.goto(site.url(f"/work/milestones/{part}"))
    page.fill("[name=note]", NOTE)
    page.set_input_files("[name=files]", file)
    return page


@pytest.mark.parametrize("javascript", [True, False])
def test_a_file_past_the_size_of_a_request_costs_nothing_that_was_written_beside_it(
    make: World, site: Site, window: Callable[..., Page], tmp_path: Path, javascript: bool
) -> None:
    page = handing_in(make, site, window(java_script_enabled=javascript), of_megabytes(tmp_path, 30))
    page.fill("[name=link]", "https://example.org/flour")
    page.check("[name=as_evidence]")
    page.get_by_role("main").get_by_role("button", name="Hand it in", exact=True).click()
    expect(page.locator("#files-error")).to_contain_text("30.csv has more than 10 MB")
    assert page.input_value("[name=note]") == NOTE
    assert page.input_value("[name=link]") == "https://example.org/flour"
    assert page.is_checked("[name=as_evidence]")


def test_after_more_than_is_read_the_way_back_keeps_the_words(
    make: World, site: Site, window: Callable[..., Page], tmp_path: Path
) -> None:
    page = handing_in(make, site, window(java_script_enabled=False), of_megabytes(tmp_path, 300))
    page.get_by_role("main").get_by_role("button", name="Hand it in", exact=True).click()
    told(page, "That is too large")
    told(page, "Go back in your browser")
    page.go_back()
    assert page.input_value("[name=note]") == NOTE


def test_one_row_more_that_is_refused_leaves_the_form_as_it_is(
    make: World, site: Site, window: Callable[..., Page]
) -> None:
    scene.with_password(make, make.bruno)
    draft = postings.draft(make)
    page = window()
    signs_in(page, site, make.bruno)
    page.goto(site.url(f"/postings/{draft}/edit/parts"))
    page.fill("[name=parts-0-title]", "Count it all")
    page.context.clear_cookies()
    page.get_by_role("button", name="Add a part", exact=True).click()
    expect(page.locator("main")).to_contain_text("You were signed out while you wrote.")
    assert page.input_value("[name=parts-0-title]") == "Count it all"
    signs_in(other := page.context.new_page(), site, make.bruno)
    other.close()
    page.get_by_role("button", name="Add a part", exact=True).click()
    expect(page.locator("[name=parts-0-title]")).to_have_value("Count it all")
    expect(page.locator("main")).not_to_contain_text("You were signed out while you wrote.")
    press(page, "Keep it as a draft")
