"""Who may do what: the table of roles, written out again by hand, and the words of each refusal."""

from collections.abc import Callable

import pytest

from market import access
from market.access import SYSTEM, VISITOR, YES, Actor, Decision, Membership, Role, Task, no, require
from market.errors import Forbidden

# role -> manage post decide supervise assess pay review issue
TABLE = {
    Role.OWNER: (1, 1, 1, 1, 1, 1, 1, 1),
    Role.RECRUITER: (0, 1, 1, 1, 1, 1, 1, 0),
    Role.MENTOR: (0, 0, 0, 1, 1, 0, 1, 0),
    Role.ISSUER: (0, 0, 0, 0, 0, 0, 0, 1),
}
BAKERY, GARAGE = 10, 20


def member_of(*roles: tuple[int, Role]) -> Actor:
    return Actor(
        id=1,
        is_verified=True,
        memberships=tuple(Membership(n, org, role) for n, (org, role) in enumerate(roles, 1)),
    )


@pytest.mark.parametrize("role", Role)
def test_each_role_does_its_tasks_and_no_other(role: Role) -> None:
    actor = member_of((BAKERY, role))
    assert tuple(int(actor.may_for(task, BAKERY)) for task in Task) == TABLE[role]
    assert not any(actor.may_for(task, GARAGE) for task in Task)


def test_roles_add_up_within_an_organisation_and_not_across() -> None:
    actor = member_of((GARAGE, Role.MENTOR), (BAKERY, Role.ISSUER), (BAKERY, Role.RECRUITER))
    assert actor.roles_in(BAKERY) == {Role.ISSUER, Role.RECRUITER}
    assert actor.roles_in(99) == frozenset()
    assert actor.may_for(Task.ISSUE, BAKERY)
    assert not actor.may_for(Task.ISSUE, GARAGE)
    assert actor.org_ids == (GARAGE, BAKERY)
    assert actor.orgs_for(Task.ASSESS) == (GARAGE, BAKERY)
    assert actor.orgs_for(Task.DECIDE) == (BAKERY,)
    assert actor.belongs_to(GARAGE)
    assert not actor.belongs_to(99)
    assert not actor.belongs_to(None)


def test_the_system_and_a_visitor_are_nobody() -> None:
    assert not VISITOR.is_signed_in
    assert not SYSTEM.is_signed_in
    assert SYSTEM.is_system
    assert not VISITOR.is_system


def test_a_refusal_is_false_and_says_why() -> None:
    assert YES
    assert not no("Closed on 3 May.")
    require(Decision(True))
    with pytest.raises(Forbidden, match=r"Closed on 3 May\."):
        require(no("Closed on 3 May."))


PEOPLE = {
    "visitor": VISITOR,
    "unconfirmed": Actor(id=1),
    "talent": Actor(id=1, is_verified=True),
    "owner": member_of((BAKERY, Role.OWNER)),
    "recruiter": member_of((BAKERY, Role.RECRUITER)),
    "mentor": member_of((BAKERY, Role.MENTOR)),
    "issuer": member_of((BAKERY, Role.ISSUER)),
    "moderator": Actor(id=1, is_verified=True, is_moderator=True),
    "admin": Actor(id=1, is_verified=True, is_admin=True),
}
STAFF = {"owner", "recruiter", "mentor", "issuer"}
MAY_COME: dict[Callable[[Actor], Decision], set[str]] = {
    access.anyone: set(PEOPLE),
    access.signed_in: set(PEOPLE) - {"visitor"},
    access.visitor: {"visitor"},
    access.talent: set(PEOPLE) - {"visitor", "unconfirmed"},
    access.member: STAFF,
    access.manages: {"owner"},
    access.recruits: {"owner", "recruiter"},
    access.supervises: {"owner", "recruiter", "mentor"},
    access.moderates: {"moderator", "admin"},
    access.administers: {"admin"},
}


@pytest.mark.parametrize("allow", MAY_COME, ids=lambda allow: allow.__name__)
def test_each_capability_lets_in_those_it_names(allow: Callable[[Actor], Decision]) -> None:
    for name, actor in PEOPLE.items():
        decision = allow(actor)
        assert bool(decision) == (name in MAY_COME[allow]), name
        assert bool(decision.reason) != bool(decision), "a refusal says why, in a sentence"
        assert decision or decision.reason.endswith(".")


@pytest.mark.parametrize("allow", [one for one in MAY_COME if one not in (access.anyone, access.visitor)])
def test_a_visitor_is_asked_to_sign_in(allow: Callable[[Actor], Decision]) -> None:
    assert allow(VISITOR) == no("Sign in to go on.")
