"""Who may agree to what and who may read it, as tables; and what a level says against a need."""

from datetime import UTC, datetime, timedelta

import pytest

from market.access import Actor, Membership, Role
from market.staff import rules
from market.staff.models import PoolPlace
from market.staff.rules import Facts, Shown

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)


def who(role: Role | None, org_id: int = 1) -> Actor:
    return Actor(id=9, memberships=(Membership(1, org_id, role),) if role else ())


def place(**more: object) -> PoolPlace:
    return PoolPlace(**{"org_id": 1, "person_id": 2, "engagement_id": 3, "until": NOW + timedelta(1), **more})


@pytest.mark.parametrize(
    ("facts", "days", "allowed"),
    [
        (Facts(completed=True), 180, True),
        (Facts(completed=True), 90, True),
        (Facts(completed=True), 730, True),
        (Facts(completed=True), 731, False),  # for ever is not on offer
        (Facts(completed=True), 0, False),
        (Facts(completed=False), 180, False),
        (Facts(completed=True, is_member=True), 180, False),
        (Facts(completed=True, blocked=True), 180, False),
    ],
)
def test_one_agrees_after_completed_work_for_a_time_on_offer(facts: Facts, days: int, allowed: bool) -> None:
    assert bool(rules.may_agree(facts, days)) is allowed


@pytest.mark.parametrize(
    ("role", "org_id", "pool", "matrix"),
    [
        (Role.OWNER, 1, True, True),
        (Role.RECRUITER, 1, True, False),
        (Role.MENTOR, 1, False, False),
        (Role.ISSUER, 1, False, False),
        (Role.OWNER, 2, False, False),
        (None, 1, False, False),
    ],
)
def test_the_pool_is_for_those_who_decide_and_the_matrix_for_owners(
    role: Role | None, org_id: int, pool: bool, matrix: bool
) -> None:
    actor = who(role, org_id)
    assert bool(rules.may_read_pool(actor, 1)) is pool
    assert bool(rules.may_contact(actor, place(), NOW)) is pool
    assert bool(rules.may_note(actor, place(), NOW, 0)) is pool
    assert bool(rules.may_read_matrix(actor, 1)) is matrix
    assert bool(rules.may_appear(actor, 1)) is (role is not None and org_id == 1)


@pytest.mark.parametrize(
    ("more", "contact", "note"),
    [
        ({}, True, True),
        ({"paused_at": NOW}, False, True),
        ({"until": NOW}, False, False),
        ({"until": NOW - timedelta(days=1)}, False, False),
    ],
)
def test_nobody_is_contacted_past_the_day_or_while_paused(
    more: dict[str, object], contact: bool, note: bool
) -> None:
    assert bool(rules.may_contact(who(Role.OWNER), place(**more), NOW)) is contact
    assert bool(rules.may_note(who(Role.OWNER), place(**more), NOW, 0)) is note


def test_notes_are_few() -> None:
    assert rules.may_note(who(Role.OWNER), place(), NOW, rules.MOST_NOTES - 1)
    assert not rules.may_note(who(Role.OWNER), place(), NOW, rules.MOST_NOTES)


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        (0, Shown.NOTHING),
        (1, Shown.GAP),
        (76, Shown.GAP),
        (77, Shown.NEAR),
        (127, Shown.NEAR),
        (128, Shown.MEETS),
        (255, Shown.MEETS),
    ],
)
def test_a_level_of_three_begins_at_128_units_and_one_level_below_is_almost(level: int, shown: Shown) -> None:
    assert rules.marked(level, 128, 51) is shown


def test_where_a_level_lies_stays_on_the_scale() -> None:
    assert rules.likely(0.2, 1.0)[0] == 0
    assert rules.likely(4.9, 1.0)[1] == 5
    lo, hi = rules.likely(2.5, 0.5)
    assert (round(lo, 2), round(hi, 2)) == (1.68, 3.32)


def test_owners_promise_up_to_fifty_things_at_a_time() -> None:
    owner, recruiter = who(Role.OWNER, 1), who(Role.RECRUITER, 1)
    assert rules.may_set_incentive(owner, 1, rules.MOST_INCENTIVES - 1)
    assert "End one first" in rules.may_set_incentive(owner, 1, rules.MOST_INCENTIVES).reason
    assert "Only owners" in rules.may_set_incentive(recruiter, 1, 0).reason
