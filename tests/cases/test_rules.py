"""Who may report, and who may say that an organisation is who it says it is."""

from market.access import VISITOR, Actor, Membership, Role
from market.cases.rules import may_report, may_verify

DANA = Actor(id=5, is_moderator=True)


def test_a_visitor_signs_in_to_report() -> None:
    assert "Sign in" in may_report(VISITOR, author_id=1, org_id=None, own=False).reason


def test_moderators_verify_other_organisations_than_their_own() -> None:
    assert may_verify(DANA, 7)
    assert not may_verify(Actor(id=2), 7)
    assert not may_verify(Actor(id=5, is_moderator=True, memberships=(Membership(1, 7, Role.OWNER),)), 7)
