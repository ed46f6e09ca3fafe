"""Every page of the demo world, and every letter, is valid HTML."""

import pytest
from sqlmodel import col, select

from market.notifications.models import OutgoingMail
from market.outbox import Event
from tests.browser.tour import Tour, Visit
from tests.support.html import complaints, why_not


@pytest.fixture(autouse=True)
def validator() -> None:
    if reason := why_not():
        pytest.skip(reason)


def complained(pages: list[Visit]) -> str:
    return "\n".join(complaints({page.name: page.text for page in pages}))


def test_each_page_is_valid_for_each_person(tour: Tour) -> None:
    assert complained(tour.one_each) == ""


def test_each_kind_of_letter_is_valid(tour: Tour) -> None:
    """One for each event that the demo world has sent letters about, and a daily letter."""
    with tour.site.read() as db:
        found = db.exec(
            select(OutgoingMail, Event.name)
            .outerjoin(Event, col(Event.id) == col(OutgoingMail.event_id))
            .where(OutgoingMail.html != "")
        )
        letters = {f"{name or 'daily'}: {mail.subject}": mail.html for mail, name in found}
    each = {name.partition(":")[0]: name for name in letters}
    assert len(each) >= 10, sorted(each)
    assert "\n".join(complaints({name: letters[name] for name in each.values()})) == ""


@pytest.mark.soak
def test_every_page_is_valid(tour: Tour) -> None:
    assert complained(tour.pages) == ""
