"""What someone is to a skill, and what a skill may be merged into."""

from types import SimpleNamespace

from market.access import SYSTEM, VISITOR, Actor
from market.skills.rules import LIFECYCLE, Status


def test_moderators_and_the_system_are_parties_to_a_skill() -> None:
    skill = SimpleNamespace()
    assert LIFECYCLE.parties(SYSTEM, skill) == {"system"}
    assert LIFECYCLE.parties(Actor(id=5, is_moderator=True), skill) == {"moderator"}
    assert LIFECYCLE.parties(VISITOR, skill) == frozenset()


def test_a_skill_is_not_merged_into_a_group_itself_or_something_out_of_use() -> None:
    guard = LIFECYCLE.step(Status.ACTIVE, "merge").guard
    assert guard is not None

    def other(**given: object) -> SimpleNamespace:
        return SimpleNamespace(
            **{"id": 2, "kind": "skill", "status": Status.ACTIVE, "name": "Baking", **given}
        )

    mine = other(id=1)
    assert guard(mine, other())
    for target in (None, mine, other(kind="group"), other(status=Status.PROPOSED)):
        assert not guard(mine, target)
