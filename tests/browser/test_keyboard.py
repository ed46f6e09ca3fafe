"""By keyboard alone: someone signs in, finds an opening and applies with Tab, Enter, Space and what they type."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import scene
from tests.browser.serving import Site
from tests.opportunities import postings
from tests.support.world import World

MOST_TABS = 120
FOCUS = """() => {
    const at = document.activeElement, look = getComputedStyle(at), box = at.getBoundingClientRect();
    return {
        name: at.name || '', words: (at.innerText || at.value || '').trim(), tag: at.tagName,
        outline: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2,
    };
}"""
IN_SIGHT = """() => {
    const box = document.activeElement.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
}"""


def tab_to(page: Page, *, words: str = "", name: str = "") -> None:
    """Tab until the focus is on a link or button with these words, or on a field with this name.

    Every stop on the way shows where the focus is.
    """
    for _stop in range(MOST_TABS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at["tag"] == "BODY":  # round the end of the page
            continue
        assert at["outline"], f"nothing shows the focus on {at}"
        page.wait_for_function(IN_SIGHT)  # it scrolls there
        if (name and at["name"] == name) or (words and at["words"] == words):
            return
    raise AssertionError(f"{MOST_TABS} tabs did not lead to {words or name!r}")


def enter(page: Page) -> None:
    with page.expect_event("load"):
        page.keyboard.press("Enter")


def signed_in(page: Page, site: Site, email: str) -> None:
    page.goto(site.url("/sign-in?next=/openings"))
    tab_to(page, name="email")
    page.keyboard.type(email)
    tab_to(page, name="password")
    page.keyboard.type(scene.PASSWORD)
    tab_to(page, words="Sign in")
    enter(page)


def test_someone_signs_in_finds_an_opening_and_applies(
    make: World, site: Site, window: Callable[..., Page]
) -> None:
    scene.with_password(make, make.chidi)
    scene.earlier_opening(make)
    page = window()
    signed_in(page, site, make.chidi.email)
    tab_to(page, words="A stock list for our stall at the market")
    enter(page)
    tab_to(page, words="Apply")
    enter(page)
    tab_to(page, name="answers-1")
    page.keyboard.type("I keep the list of what our street lends out: forty things, and who has each.")
    tab_to(page, name="agrees_to_pool")
    page.keyboard.press("Space")
    expect(page.locator("[name=agrees_to_pool]")).to_be_checked()
    tab_to(page, words="Send my application")
    enter(page)
    expect(page.locator("main")).to_contain_text("Sent. The answer is promised by")


def test_the_first_stop_skips_to_the_content(site: Site, window: Callable[..., Page]) -> None:
    page = window()
    page.goto(site.url("/openings"))
    page.keyboard.press("Tab")
    at = page.evaluate(FOCUS)
    assert (at["words"], at["outline"]) == ("Skip to the content", True)
    page.wait_for_function(IN_SIGHT)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_refused_form_takes_the_focus_to_its_summary(
    make: World, site: Site, window: Callable[..., Page]
) -> None:
    scene.with_password(make, make.chidi)
    opening = scene.earlier_opening(make)
    page = window()
    signed_in(page, site, make.chidi.email)
    page.goto(site.url(f"/openings/{opening}/apply"))
    tab_to(page, words="Send my application")
    enter(page)
    expect(page.locator(".errors")).to_be_focused()
    tab_to(page, words=page.locator(".errors a").first.inner_text())
    page.keyboard.press("Enter")  # each line of the summary leads to its field
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["name"] == "answers-1"


def test_a_row_that_comes_has_the_focus_and_one_that_goes_leaves_it_at_the_button(
    make: World, site: Site, window: Callable[..., Page]
) -> None:
    scene.with_password(make, make.bruno)
    path, page = f"/postings/{postings.draft(make)}/edit/parts", window()
    signed_in(page, site, make.bruno.email)
    page.goto(site.url(path))
    rows = page.locator("[name^=parts-][name$=-title]")
    before = rows.count()
    tab_to(page, words="Add a part")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(before + 1)
    expect(rows.last).to_be_focused()
    page.locator("button[name=remove]").last.focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(before)
    expect(page.locator("button[name=add]")).to_be_focused()
