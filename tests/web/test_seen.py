"""Two windows with the same form: whoever saves second reads what the first one saved before theirs replaces it."""

import re
from typing import Any, NamedTuple

import pytest

from market.web.forms import filled
from market.web.seen import digest
from tests.support.client import Client, words
from tests.support.html import carried, complaints, why_not
from tests.support.world import World

ORGANISATION = {"name": "Kettle & Crumb", "about": "We bake.", "place": "Calderside", "answer_days": "5"}
LINE = {"title": "Night kitchen", "where": "Oven Street", "from_on": "2025-01-06", "text": "Bread by five."}
PROJECT = {"title": "A stock sheet", "done_on": "2026-05-01", "text": "Forty items.", "role": "made it"}


class Case(NamedTuple):
    """A form that changes something: how it comes to be there, where it is, what it holds, and which text it is about."""

    make_at: str
    given: dict[str, str]
    listed: str
    page: str  # a pattern for the address of the form on the page `listed`
    field: str
    label: str


CASES = {
    "experience": Case(
        "/me/experience", LINE, "/me/experience", r"/me/experience/[a-z2-7]{16}", "text", "Text"
    ),
    "education": Case(
        "/me/education",
        {"title": "Baking", "where": "The college", "year": "2024"},
        "/me/education",
        r"/me/education/[a-z2-7]{16}",
        "where",
        "Where",
    ),
    "project": Case("/me/projects", PROJECT, "/me", r"/me/projects/[a-z2-7]{16}", "text", "Text"),
    "profile": Case("/me/edit", {"visibility": "private"}, "/me", r"/me/edit", "headline", "Headline"),
    "organisation": Case("/organisations", ORGANISATION, "", "", "about", "About"),
}


def opened(bruno: Client, case: Case) -> tuple[str, str]:
    """The address of the form, and where it is sent."""
    made = bruno.post(case.make_at, case.given)
    assert made.status_code == 303, words(made)
    if not case.listed:
        there = re.findall(r"/organisations/[a-z2-7]{16}", made.headers["location"])[0]
        return f"{there}/edit", there
    found = re.findall(rf'"({case.page})', bruno.get(case.listed).text)[0]
    return found, found


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_second_window_is_told_what_the_first_one_saved(make: World, client: Client, case: Case) -> None:
    one = make.person()
    first, second = client.as_(one), client.as_(one)
    page, target = opened(first, case)
    seen = [carried(window.get(page).text, target) for window in (first, second)]
    given = {**case.given, **seen[0]}
    assert first.post(target, {**given, case.field: "What the first one wrote."}).status_code == 303
    mine = {**case.given, **seen[1], case.field: "What the second one wrote."}
    stale = second.post(target, mine)
    assert stale.status_code == 409
    assert "This was saved in another window, or by someone else, since you opened it." in words(stale)
    assert f"<dt>{case.label}</dt><dd>What the first one wrote.</dd>" in stale.text
    assert stale.text.count("<dt>") - second.get(page).text.count("<dt>") == 1, "only what differs is named"
    assert "What the second one wrote." in stale.text
    assert "What the first one wrote." in second.get(page).text
    again = {**mine, **carried(stale.text, target)}
    assert second.post(target, again).status_code == 303
    assert "What the second one wrote." in second.get(page).text


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_form_that_was_refused_for_its_words_still_knows_what_it_had_seen(
    make: World, client: Client, case: Case
) -> None:
    one = make.person()
    first, second = client.as_(one), client.as_(one)
    page, target = opened(first, case)
    sent = {**case.given, **carried(second.get(page).text, target), case.field: "y" * 2001}
    change = {**case.given, **carried(first.get(page).text, target), case.field: "What the first one wrote."}
    assert first.post(target, change).status_code == 303
    refused = second.post(target, sent)
    assert refused.status_code == 422
    sent |= {**carried(refused.text, target), case.field: "Shorter."}
    assert second.post(target, sent).status_code == 409


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_same_words_twice_are_no_conflict(make: World, client: Client, case: Case) -> None:
    one = make.person()
    first, second = client.as_(one), client.as_(one)
    page, target = opened(first, case)
    sent: list[dict[str, Any]] = [
        {**case.given, **carried(window.get(page).text, target), case.field: "The same."}
        for window in (first, second)
    ]
    assert first.post(target, sent[0]).status_code == 303
    assert second.post(target, sent[1]).status_code == 303


def test_the_digest_is_of_what_stands_in_the_fields_in_whatever_order() -> None:
    assert digest(filled(a="1", b=None)) == digest(filled(b="", a=1))
    assert digest(filled(a="1", b="2")) != digest(filled(a="2", b="1"))
    assert len(digest(filled())) == 16


def test_the_pages_of_two_windows_are_sound(make: World, client: Client) -> None:
    if why_not():
        pytest.skip(str(why_not()))
    pages = {}
    for name, case in CASES.items():
        browser = client.as_(make.person())
        _page, target = opened(browser, case)
        answer = browser.post(target, {**case.given, "seen": "0" * 16, case.field: "Other words."})
        assert answer.status_code == 409, name
        pages[name] = answer.text
    assert complaints(pages) == []
