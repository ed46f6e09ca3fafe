"""Running a posting in the browser: the list of ours, every step with its button, addenda, cancelling."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from market import clock
from market.access import Role
from market.opportunities import service
from market.opportunities.queries import get_opportunity
from market.opportunities.rules import Status
from market.web.pagination import encode
from tests.opportunities.postings import FLOOR, draft, fresh, published, skills
from tests.support.client import Client, words
from tests.support.html import carried
from tests.support.world import World


def test_our_postings_stand_in_three_groups(client: Client, make: World) -> None:
    known = skills(make)
    published(make, known=known, title="Out there")
    draft(make, known=known, title="Half written")
    over = published(make, known=known, title="Long gone")
    with make.write() as db:
        service.cancel(db, make.actor(make.bruno), get_opportunity(db, over), note="The oven broke.")
    owner = make.person()
    org = make.organisation("Kettle Repairs", owner=owner)
    published(make, actor=make.actor(owner), org=org, known=known, title="Not ours")
    bruno = client.as_(make.bruno)
    for query, title in (("", "Out there"), ("?show=drafts", "Half written"), ("?show=over", "Long gone")):
        said = words(bruno.get(f"/postings{query}"))
        assert [t for t in ("Out there", "Half written", "Long gone", "Not ours") if t in said] == [title]


def test_an_empty_list_says_what_to_do(client: Client, make: World) -> None:
    bruno = client.as_(make.bruno)
    for query in ("", "?show=drafts", "?show=over"):
        assert "Post an opening" in words(bruno.get(f"/postings{query}"))
    assert bruno.get("/postings", params={"after": encode([10**40]), "show": "nonsense"}).status_code == 200


def test_pause_open_again_and_cancel_with_a_reason(client: Client, make: World) -> None:
    made, bruno = published(make), client.as_(make.bruno)
    page = bruno.follow(bruno.post(f"/postings/{made}/pause"))
    assert "Nobody can apply until you open it again" in words(page)
    bruno.follow(bruno.post(f"/postings/{made}/resume"))
    assert fresh(make, made).status == Status.PUBLISHED
    answer = bruno.post(f"/postings/{made}/cancel", {"note": " "})
    assert answer.status_code == 422
    assert fresh(make, made).status == Status.PUBLISHED
    page = bruno.follow(bruno.post(f"/postings/{made}/cancel", {"note": "The oven broke."}))
    assert "The oven broke." in words(page)
    assert "The oven broke." in words(client.get(f"/openings/{made}"))  # whoever follows an old link is told


def test_a_step_that_is_not_open_is_a_conflict_and_an_unknown_one_not_found(
    client: Client, make: World
) -> None:
    made, bruno = published(make), client.as_(make.bruno)
    assert bruno.post(f"/postings/{made}/resume").status_code == 409
    assert bruno.post(f"/postings/{made}/approve").status_code == 404
    assert bruno.post(f"/postings/{made}/close").status_code == 404
    assert client.as_(make.chidi).post(f"/postings/{made}/pause").status_code == 403
    assert fresh(make, made).status == Status.PUBLISHED


@pytest.mark.parametrize(
    ("day", "status"), [("", 422), ("2026-11-01", 422), ("2027-09-01", 422), ("2026-12-20", 303)]
)
def test_a_closed_posting_is_extended_to_a_day_that_makes_sense(
    client: Client, make: World, day: str, status: int
) -> None:
    made, bruno = published(make), client.as_(make.bruno)
    clock.move(timedelta(days=12))
    make.sweep()
    assert "Extend the deadline" in words(bruno.get(f"/postings/{made}"))
    assert bruno.post(f"/postings/{made}/extend", {"deadline_on": day}).status_code == status
    assert fresh(make, made).status == (Status.PUBLISHED if status == 303 else Status.CLOSED)


def test_a_button_that_is_closed_says_why(client: Client, make: World) -> None:
    made, bruno = published(make), client.as_(make.bruno)
    with make.write() as db:
        service.take_seat(db, get_opportunity(db, made))
    page = bruno.get(f"/postings/{made}")
    assert "Every place is taken." in words(page)
    assert "disabled" in page.text
    with make.write() as db:
        service.free_seat(db, get_opportunity(db, made))
    page = bruno.follow(bruno.post(f"/postings/{made}/reopen"))
    assert "Open again for the free place" in words(page)


def test_an_expired_posting_is_renewed(client: Client, make: World) -> None:
    made = published(make, deadline_at=clock.now() + timedelta(days=90))
    clock.move(timedelta(days=31))
    make.sweep()
    bruno = client.as_(make.bruno)
    assert "Renew" in words(bruno.get(f"/postings/{made}"))
    assert bruno.post(f"/postings/{made}/renew").status_code == 303
    assert fresh(make, made).status == Status.PUBLISHED


def test_an_addendum_is_read_by_everyone(client: Client, make: World) -> None:
    made, bruno = published(make), client.as_(make.bruno)
    given = {
        "starts_on": "2026-12-02",
        "starts_by": "2026-12-09",
        "pay": "300",
        "seats": "1",
        "version": "1",
    }
    answer = bruno.post(f"/postings/{made}/addendum", given)
    assert answer.status_code == 422
    assert 'value="2026-12-09"' in answer.text
    answer = bruno.post(f"/postings/{made}/addendum", {**given, "text": "A week later.", "pay": "100"})
    assert answer.status_code == 422
    assert "pay can go up, not down" in words(answer)
    assert "A week later." in answer.text
    bruno.post(f"/postings/{made}/addendum", {**given, "text": "A week later."})
    said = words(client.get(f"/openings/{made}"))
    assert "Addendum 1" in said
    assert "A week later." in said
    assert "2 December to 9 December" in said
    assert "£300" in said


def test_an_addendum_written_on_older_terms_undoes_nothing(client: Client, make: World) -> None:
    made = published(make)
    here = f"/postings/{made}/addendum"
    bruno, other = client.as_(make.bruno), client.as_(make.member(make.bakery, Role.RECRUITER))
    opened = other.get(here).text
    shown = {**carried(opened, here), "starts_on": "2026-11-30", "starts_by": "2026-12-07", "pay": "288.00"}
    assert all(f'value="{value}"' in opened for value in shown.values())
    moved = {
        **carried(bruno.get(here).text, here),
        "text": "The oven comes later.",
        "pay": "400",
        "seats": "1",
    }
    moved |= {"starts_on": "2026-12-05", "starts_by": "2026-12-09"}
    assert bruno.post(here, moved).status_code == 303
    stale = other.post(here, {**shown, "seats": "2", "text": "Bring your apron."})
    assert stale.status_code == 409
    assert "The terms have changed since you opened this page." in words(stale)
    assert "The oven comes later." in words(stale)
    assert "was £288, £16 an hour" in words(stale)
    assert "Bring your apron.</textarea>" in stale.text
    for value in ("2026-12-05", "2026-12-09", "400.00", "2"):
        assert re.search(rf'<input[^>]* value="{value}"', stale.text), value
    now = fresh(make, made)
    assert (now.version, now.starts_on, now.pay_minor, now.seats) == (2, date(2026, 12, 5), 40_000, 1)
    fields = re.findall(r'<input id="(starts_on|starts_by|pay|seats)"[^>]* value="([^"]*)"', stale.text)
    again = {**carried(stale.text, here), **dict(fields), "text": "Bring your apron."}
    assert other.post(here, again).status_code == 303
    now = fresh(make, made)
    assert (now.version, now.starts_on, now.starts_by) == (3, date(2026, 12, 5), date(2026, 12, 9))
    assert (now.pay_minor, now.seats) == (40_000, 2)
    assert other.post(here, {"text": "Nothing was read."}).status_code == 409
    assert fresh(make, made).version == 3


def test_the_history_of_an_opening_says_what_each_addendum_changed(client: Client, make: World) -> None:
    made = published(make)
    changed: tuple[dict[str, Any], ...] = (
        {"pay_minor": 40_000},
        {},
        {"starts_on": date(2026, 12, 5), "starts_by": date(2026, 12, 9), "seats": 3},
    )
    for number, changes in enumerate(changed, 1):
        with make.write() as db:
            one = get_opportunity(db, made)
            service.add_addendum(db, make.actor(make.bruno), one, f"Words {number}.", **changes)
    for page in (client.get(f"/openings/{made}"), client.as_(make.bruno).get(f"/postings/{made}")):
        newest, second, first = (
            re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", one))
            for one in re.findall(r"<li class=\"is-done\">(.*?)</li>", page.text, re.DOTALL)[:3]
        )
        assert "Words 1." in first
        assert "Pay £400, £22.22 an hour was £288, £16 an hour" in first
        assert "Words 2." in second
        assert "was" not in second
        assert "Start 5 December to 9 December was 30 November to 7 December" in newest
        assert "Places 3 was 1" in newest
        assert "Pay" not in newest


def test_what_a_moderator_wrote_stands_on_the_draft(client: Client, make: World) -> None:
    owner = make.person()
    org = make.organisation("Kettle Repairs", owner=owner, verified=False)
    made = draft(make, actor=make.actor(owner), org=org)
    browser = client.as_(owner)
    page = browser.follow(browser.post(f"/postings/{made}/send"))
    assert "It is with a moderator now" in words(page)
    with make.write() as db:
        service.return_(db, make.actor(make.dana), get_opportunity(db, made), note="Name the shop.")
    assert "Name the shop." in words(browser.get(f"/postings/{made}"))


def test_sending_out_what_another_has_sent_is_a_conflict(client: Client, make: World) -> None:
    made = draft(make)
    with make.write() as db:
        service.publish(db, make.actor(make.bruno), get_opportunity(db, made), FLOOR)
    assert client.as_(make.bruno).post(f"/postings/{made}/send").status_code == 409
