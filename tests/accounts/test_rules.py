"""Who may invite to an organisation, and who may found one."""

from market.access import VISITOR, Actor, Membership, Role
from market.accounts.rules import may_found, may_invite

OWNER = Actor(id=1, is_verified=True, memberships=(Membership(1, 7, Role.OWNER),))


def test_owners_invite_and_nobody_else() -> None:
    assert may_invite(OWNER, 7, Role.MENTOR)
    assert not may_invite(Actor(id=2, is_verified=True), 7, Role.MENTOR)
    unconfirmed = Actor(id=1, memberships=OWNER.memberships)
    assert "e-mail" in may_invite(unconfirmed, 7, Role.MENTOR).reason


def test_a_visitor_signs_in_before_founding_anything() -> None:
    assert may_found(VISITOR).reason == "Sign in to go on."
    assert may_found(OWNER)
