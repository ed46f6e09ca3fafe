"""Openings for a person from memory stand as the plain rule puts them, whatever changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from market.matching.core import openings as core
from market.matching.core.contract import BadRequirements, Requirement
from market.matching.core.openings import Open, OpeningsIndex
from market.matching.core.policy import crowded
from market.matching.openings import standing
from market.matching.openings_index import loaded, refreshed
from market.opportunities import service as opportunities
from market.opportunities.models import Opportunity
from tests.applications import scene
from tests.opportunities import postings
from tests.support.world import World

SKILLS = st.integers(1, 6)
ASKED = st.lists(
    st.builds(Requirement, SKILLS, st.integers(1, 5), st.integers(1, 10), st.booleans()),
    min_size=1,
    max_size=5,
    unique_by=lambda q: q.skill_id,
).map(tuple)
OPENING = st.builds(Open, st.integers(1, 30), ASKED, st.integers(1, 4), st.integers(0, 9))
LEVELS = st.dictionaries(SKILLS, st.sampled_from([0, 1, 25, 26, 77, 128, 200, 255]))


def expected(
    openings: dict[int, Open], levels: dict[int, int], k: int, only: set[int] | None
) -> list[tuple[int, int]]:
    """By the rule for one opening at a time."""
    places = []
    for one in openings.values():
        fits = standing([levels.get(q.skill_id, 0) for q in one.asked], one.asked)
        if only is None or one.id in only:
            places.append((-crowded(fits, 2048, one.applicants, one.seats), -one.id))
    return [(-minus, -place) for place, minus in sorted(places)[:k]]


@given(
    first=st.lists(OPENING, max_size=20),
    batches=st.lists(st.tuples(st.lists(OPENING, max_size=5), st.sets(st.integers(1, 30))), max_size=4),
    levels=LEVELS,
    k=st.integers(0, 25),
    only=st.none() | st.sets(st.integers(1, 30)),
    rebuild=st.sampled_from([0, 3, 500]),
)
def test_the_first_are_those_of_the_plain_rule(
    first: list[Open],
    batches: list[tuple[list[Open], set[int]]],
    levels: dict[int, int],
    k: int,
    only: set[int] | None,
    rebuild: int,
) -> None:
    index, now = OpeningsIndex(first), {one.id: one for one in first}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core, "REBUILD_AT", rebuild)
        assert index.best(levels, k, only=only) == expected(now, levels, k, only)
        for changed, gone in batches:
            index.change(changed, gone)
            now = {n: one for n, one in now.items() if n not in gone} | {one.id: one for one in changed}
            assert index.best(levels, k, only=only) == expected(now, levels, k, only)
            assert len(index) == len(now)


@pytest.mark.parametrize(
    ("asked", "seats", "applicants", "error"),
    [
        ((), 1, 0, BadRequirements),
        ((Requirement(1, 6, 1, True),), 1, 0, BadRequirements),
        ((Requirement(1, 1, 1, True),), 0, 0, ValueError),
        ((Requirement(1, 1, 1, True),), 1, -1, ValueError),
    ],
)
def test_an_opening_that_cannot_be_ordered_is_refused(
    asked: tuple[Requirement, ...], seats: int, applicants: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        Open(1, asked, seats, applicants)


def test_it_holds_what_is_open_and_takes_up_what_changed(make: World) -> None:
    known = postings.skills(make)
    first, second = (scene.opening(make, known=known) for _ in range(2))
    levels = dict.fromkeys(known.values(), 200)

    def ids(db: Session) -> list[int]:
        return [one for one, _place in loaded(db).best(levels, 9)]

    with make.read() as db:
        index = loaded(db)
        assert ids(db) == [second, first], "equals: the newer first"
    with make.write() as db:
        found = db.get_one(Opportunity, first)
        opportunities.cancel(db, make.actor(make.bruno), found, note="The mill is sold.", reason="changed")
    with make.read() as db:
        refreshed(db, index, [first, second])
        assert [one for one, _place in index.best(levels, 9)] == ids(db) == [second]
