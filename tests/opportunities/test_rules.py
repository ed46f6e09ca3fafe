"""The rules of postings as tables: who is what, who may see and write, which step is open when, and why not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from market.access import SYSTEM, VISITOR, Actor, Membership, Role
from market.opportunities import rules
from market.opportunities.models import Opportunity
from market.opportunities.rules import Kind, Moment, Ready, Status
from market.transitions import may_take, open_steps

ORG = 7
NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
LATER, PAST = NOW + timedelta(days=3), NOW - timedelta(minutes=1)


def of(role: Role, org: int = ORG, **more: Any) -> Actor:
    return Actor(id=1, name="Someone", memberships=(Membership(1, org, role),), **more)


PEOPLE = {
    "visitor": VISITOR,
    "stranger": Actor(id=2),
    "owner": of(Role.OWNER),
    "recruiter": of(Role.RECRUITER),
    "mentor": of(Role.MENTOR),
    "issuer": of(Role.ISSUER),
    "owner elsewhere": of(Role.OWNER, 8),
    "moderator": Actor(id=3, is_moderator=True),
    "admin": Actor(id=4, is_admin=True),
    "moderator of ours": of(Role.OWNER, is_moderator=True),
    "system": SYSTEM,
}


def posting(status: Status, **more: Any) -> Opportunity:
    return Opportunity(org_id=ORG, author_id=1, kind=Kind.GIG, status=status, **more)


@pytest.mark.parametrize(
    ("who", "parties"),
    [
        ("visitor", set()),
        ("stranger", set()),
        ("owner", {"recruiter"}),
        ("recruiter", {"recruiter"}),
        ("mentor", set()),
        ("issuer", set()),
        ("owner elsewhere", set()),
        ("moderator", {"moderator"}),
        ("admin", {"moderator"}),
        ("moderator of ours", {"recruiter"}),
        ("system", {"system"}),
    ],
)
def test_what_each_actor_is_to_a_posting(who: str, parties: set[str]) -> None:
    assert rules.parties(PEOPLE[who], posting(Status.PUBLISHED)) == parties


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("who", list(PEOPLE))
def test_who_may_see_a_posting(who: str, status: Status) -> None:
    ours = who in ("owner", "recruiter", "moderator of ours")
    moderates = who in ("moderator", "admin", "moderator of ours") and status is not Status.DRAFT
    public = status not in (Status.DRAFT, Status.IN_REVIEW, Status.CANCELLED)
    assert bool(rules.may_see(PEOPLE[who], posting(status))) == (ours or moderates or public)


@pytest.mark.parametrize("status", list(Status))
def test_only_a_draft_is_edited_and_the_reason_is_said(status: Status) -> None:
    decision = rules.may_edit(PEOPLE["recruiter"], posting(status))
    assert bool(decision) == (status is Status.DRAFT)
    if status is Status.IN_REVIEW:
        assert "moderator" in decision.reason
    elif status is not Status.DRAFT:
        assert "frozen" in decision.reason
    assert (
        rules.may_edit(PEOPLE["mentor"], posting(status)).reason == "You do not post for this organisation."
    )


STEPS = {  # what a recruiter, a moderator and the system may begin from each state, guards not asked
    Status.DRAFT: ({"submit", "publish", "cancel"}, {"cancel"}, set()),
    Status.IN_REVIEW: ({"cancel"}, {"approve", "return", "cancel"}, set()),
    Status.PUBLISHED: ({"addendum", "pause", "cancel"}, {"cancel"}, {"pause", "close", "fill", "expire"}),
    Status.PAUSED: ({"resume", "cancel"}, {"cancel"}, {"close", "fill"}),
    Status.CLOSED: ({"extend", "cancel"}, {"cancel"}, {"fill", "complete", "lapse"}),
    Status.FILLED: ({"reopen", "cancel"}, {"cancel"}, {"complete", "lapse"}),
    Status.EXPIRED: ({"renew"}, set(), set()),
    Status.COMPLETED: (set(), set(), set()),
    Status.UNFILLED: (set(), set(), set()),
    Status.CANCELLED: (set(), set(), set()),
}


@pytest.mark.parametrize("status", list(Status))
def test_which_steps_are_open_to_whom(status: Status) -> None:
    for who, expected in zip(("recruiter", "moderator", "system"), STEPS[status], strict=True):
        assert {step.name for step in open_steps(PEOPLE[who], posting(status))} == expected, who
    for who in ("visitor", "stranger", "mentor", "issuer", "owner elsewhere"):
        assert not open_steps(PEOPLE[who], posting(status)), who


@pytest.mark.parametrize(
    ("step", "thing", "facts", "reason"),
    [
        ("submit", posting(Status.DRAFT), None, "Read it through first"),
        (
            "submit",
            posting(Status.DRAFT),
            Ready(("Rubric not attached yet",), False),
            "Rubric not attached yet",
        ),
        ("submit", posting(Status.DRAFT), Ready((), False), ""),
        ("publish", posting(Status.DRAFT), None, "Read it through first"),
        ("publish", posting(Status.DRAFT), Ready((), False), "a moderator reads it first"),
        ("publish", posting(Status.DRAFT), Ready(("No skill",), True), "No skill"),
        ("publish", posting(Status.DRAFT), Ready((), True), ""),
        ("resume", posting(Status.PAUSED), None, "new last day"),
        ("resume", posting(Status.PAUSED), Moment(NOW, None), "new last day"),
        ("resume", posting(Status.PAUSED), Moment(NOW, PAST), "new last day"),
        ("resume", posting(Status.PAUSED), Moment(NOW, LATER), ""),
        ("extend", posting(Status.CLOSED), Moment(NOW, LATER), ""),
        ("extend", posting(Status.CLOSED), Moment(NOW, NOW), "new last day"),
        ("extend", posting(Status.CLOSED, was_extended=True), Moment(NOW, LATER), "extended once already"),
        (
            "reopen",
            posting(Status.FILLED, seats=1, seats_taken=1),
            Moment(NOW, LATER),
            "Every place is taken",
        ),
        ("reopen", posting(Status.FILLED, seats=2, seats_taken=1), Moment(NOW, LATER), ""),
        ("reopen", posting(Status.FILLED, seats=2, seats_taken=1), Moment(NOW, PAST), "new last day"),
        ("renew", posting(Status.EXPIRED), Moment(NOW, PAST), "new last day"),
        ("renew", posting(Status.EXPIRED), Moment(NOW, LATER), ""),
        ("renew", posting(Status.PUBLISHED), Moment(NOW, LATER), "not open while this is published"),
    ],
)
def test_a_step_is_open_or_says_why_not(step: str, thing: Opportunity, facts: Any, reason: str) -> None:
    decision = may_take(PEOPLE["recruiter"], thing, step, facts)
    assert bool(decision) == (reason == "")
    assert reason in decision.reason
