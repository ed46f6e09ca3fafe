"""The rules of issuing, by tables: who may define, issue, read and choose, and which step is open to whom."""

from datetime import UTC, datetime
from typing import Any

import pytest

from market.access import SYSTEM, VISITOR, Actor, Membership, Role
from market.credentials import rules
from market.credentials.models import Achievement, Issued
from market.credentials.rules import AchievementStatus, Draft, Recipient, Status, Visibility
from market.errors import Conflict

ORG, OTHER_ORG, HOLDER = 1, 2, 10
NOW = datetime(2026, 11, 16, tzinfo=UTC)


def member(role: Role, person: int = 20, org: int = ORG) -> Actor:
    return Actor(id=person, memberships=(Membership(1, org, role),))


WHO: dict[str, Actor] = {
    "visitor": VISITOR,
    "holder": Actor(id=HOLDER),
    "owner": member(Role.OWNER),
    "issuer": member(Role.ISSUER),
    "recruiter": member(Role.RECRUITER),
    "mentor": member(Role.MENTOR),
    "other owner": member(Role.OWNER, org=OTHER_ORG),
    "holder who owns": member(Role.OWNER, person=HOLDER),
    "moderator": Actor(id=30, is_moderator=True),
    "system": SYSTEM,
}
ISSUERS = {"owner", "issuer", "holder who owns"}


def achievement(status: AchievementStatus = AchievementStatus.PUBLISHED) -> Achievement:
    return Achievement(id=5, public_id="a" * 16, line="a" * 16, org_id=ORG, name="Bread", status=status)


def issued(status: Status = Status.ACCEPTED, **more: Any) -> Issued:
    given = {"accepted_at": NOW if status is Status.ACCEPTED else None, **more}
    return Issued(id=7, achievement_id=5, org_id=ORG, person_id=HOLDER, status=status, **given)


@pytest.mark.parametrize("who", WHO)
def test_owners_issuers_and_the_site_define(who: str) -> None:
    may = who in {*ISSUERS, "system"}
    assert bool(rules.may_define(WHO[who], ORG)) == may
    assert bool(rules.may_write(WHO[who], achievement(AchievementStatus.DRAFT))) == may
    assert not rules.may_write(WHO[who], achievement())


@pytest.mark.parametrize("who", WHO)
def test_owners_issuers_and_the_site_issue_what_is_published(who: str) -> None:
    may = who in {*ISSUERS, "system"}
    assert bool(rules.may_issue(WHO[who], achievement(), is_verified=True)) == may
    assert not rules.may_issue(WHO[who], achievement(), is_verified=False)
    for status in (AchievementStatus.DRAFT, AchievementStatus.RETIRED):
        assert not rules.may_issue(WHO[who], achievement(status), is_verified=True)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (Recipient(HOLDER), ""),
        (Recipient(20), "to yourself"),
        (Recipient(HOLDER, is_active=False), "no active account"),
        (Recipient(HOLDER, is_reachable=False), "not confirmed"),
    ],
)
def test_it_goes_to_someone_else_who_can_be_reached(to: Recipient, expected: str) -> None:
    said = rules.may_issue(WHO["owner"], achievement(), is_verified=True, to=to)
    assert (not said) == bool(expected)
    assert expected in said.reason


READERS: list[tuple[str, Issued, set[str]]] = [
    ("accepted and public", issued(visibility=Visibility.PUBLIC), set(WHO)),
    ("accepted and private", issued(), {"holder", *ISSUERS, "system"}),
    ("offered", issued(Status.OFFERED, visibility=Visibility.PUBLIC), {"holder", *ISSUERS, "system"}),
    ("drafted", issued(Status.DRAFTED), {"owner", "issuer", "system"}),
    ("refused", issued(Status.REFUSED, visibility=Visibility.PUBLIC), {"holder", *ISSUERS, "system"}),
    ("revoked, was public", issued(Status.REVOKED, visibility=Visibility.PUBLIC, accepted_at=NOW), set(WHO)),
]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("name", "thing", "readers"), READERS, ids=[row[0] for row in READERS])
def test_who_reads_a_credential(name: str, thing: Issued, readers: set[str], who: str) -> None:
    assert bool(rules.may_read(WHO[who], thing)) == (who in readers)


@pytest.mark.parametrize("who", WHO)
def test_only_the_holder_says_who_sees_it_once_accepted(who: str) -> None:
    holders = {"holder", "holder who owns"}
    assert bool(rules.may_choose_visibility(WHO[who], issued())) == (who in holders)
    assert not rules.may_choose_visibility(WHO[who], issued(Status.OFFERED))


STEPS: dict[str, tuple[set[Status], set[str]]] = {
    "sign": ({Status.DRAFTED}, {"system"}),
    "offer": ({Status.SIGNED}, {"system"}),
    "accept": ({Status.OFFERED}, {"holder", "system"}),
    "refuse": ({Status.OFFERED}, {"holder"}),
    "suspend": ({Status.OFFERED, Status.ACCEPTED}, {"issuer"}),
    "reinstate": ({Status.SUSPENDED}, {"issuer"}),
    "reinstate_offer": ({Status.SUSPENDED}, {"issuer"}),
    "expire": (set(rules.STANDING), {"system"}),
    "revoke": (
        {Status.DRAFTED, Status.SIGNED, *rules.STANDING, Status.EXPIRED},
        {"issuer", "system"},
    ),
    "supersede": (set(rules.STANDING), {"issuer", "system"}),
}


@pytest.mark.parametrize("status", Status)
def test_each_step_is_open_where_the_table_says(status: Status) -> None:
    for name, (sources, by) in STEPS.items():
        assert rules.LIFECYCLE.has_step(status, name) == (status in sources), name
        if status in sources:
            assert set(rules.LIFECYCLE.step(status, name).by) == by
        else:
            with pytest.raises(Conflict):
                rules.LIFECYCLE.step(status, name)
    assert {step.name for step in rules.LIFECYCLE.steps} == set(STEPS)


@pytest.mark.parametrize("who", WHO)
def test_a_holder_is_never_the_issuer_of_their_own(who: str) -> None:
    found = rules.parties(WHO[who], issued())
    expected = {"holder": {"holder"}, "holder who owns": {"holder"}, "system": {"system"}}
    assert found == expected.get(who, {"issuer"} if who in {"owner", "issuer"} else set())
    of_achievement = rules.achievement_parties(WHO[who], achievement())
    assert of_achievement == ({"system"} if who == "system" else {"issuer"} if who in ISSUERS else set())


def test_reinstating_leads_back_to_what_it_was() -> None:
    was, was_not = issued(Status.SUSPENDED, accepted_at=NOW), issued(Status.SUSPENDED)
    for step, fits, other in (("reinstate", was, was_not), ("reinstate_offer", was_not, was)):
        guard = rules.LIFECYCLE.step(Status.SUSPENDED, step).guard
        assert guard is not None
        assert guard(fits, None)
        assert not guard(other, None)


def test_nothing_expires_early() -> None:
    guard = rules.LIFECYCLE.step(Status.ACCEPTED, "expire").guard
    assert guard is not None
    assert guard(issued(valid_until=NOW), NOW)
    assert not guard(issued(valid_until=NOW), None)
    assert not guard(issued(), NOW)


WHOLE = Draft("Bread", "Forty loaves.", "Bake them.")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, ""),
        ({"skills": ((1, 1), (2, 5)), "valid_months": 240}, ""),
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"description": ""}, "description"),
        ({"description": "x" * 5001}, "description"),
        ({"criteria": ""}, "criteria"),
        ({"criteria": "x" * 5001}, "criteria"),
        ({"kind": "Crown"}, "kind"),
        ({"skills": tuple((n, 3) for n in range(13))}, "skills"),
        ({"skills": ((1, 3), (1, 4))}, "skills"),
        ({"skills": ((1, 0),)}, "skills"),
        ({"valid_months": 0}, "valid_months"),
        ({"valid_months": 241}, "valid_months"),
    ],
)
def test_what_an_achievement_has_to_say(change: dict[str, Any], field: str) -> None:
    assert set(rules.problems(WHOLE._replace(**change))) == ({field} if field else set())


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2026-11-16", 1, "2026-12-16"),
        ("2026-12-16", 1, "2027-01-16"),
        ("2026-05-31", 24, "2028-05-31"),
    ],
)
def test_months_end_on_the_last_day_there_is(day: str, months: int, expected: str) -> None:
    found = rules.months_after(datetime.fromisoformat(f"{day}T12:00:00+00:00"), months)
    assert f"{found:%Y-%m-%d %H}" == f"{expected} 12"
