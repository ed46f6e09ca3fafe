"""Rubrics: written freely, frozen for good, copied to be changed."""

import pytest
from sqlalchemy.exc import IntegrityError

from market.errors import Conflict, Invalid, NotFound
from market.rubrics import rules
from market.rubrics.queries import get_rubric, rubric_with_criteria, rubrics_of
from market.rubrics.service import copy_rubric, create_rubric, drafts_of, freeze, rewrite
from tests.opportunities.postings import criterion, skills
from tests.support.world import World


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (1, [0, 0, 0, 1000, 2000]),
        (2, [0, 0, 1000, 2000, 3000]),
        (3, [0, 1000, 2000, 3000, 4000]),
        (5, [0, 3000, 4000, 5000, 5000]),
    ],
)
def test_step_three_shows_the_level_asked(target: int, shown: list[int]) -> None:
    assert [rules.shows_level_milli(target, step) for step in range(5)] == shown


def test_what_a_rubric_still_lacks_is_said_for_each_field() -> None:
    blank = rules.CriterionDraft(" ", 1, 3, ("", "", "", "", ""))
    assert rules.problems([])[0][:2] == (-1, "criteria")
    assert [(i, f) for i, f, _words in rules.problems([blank])] == [
        (0, "name"),
        (0, "step_1"),
        (0, "step_2"),
        (0, "step_3"),
    ]
    twice = [criterion(1), criterion(2, "accuracy")]
    assert [(i, f) for i, f, _words in rules.problems(twice)] == [(1, "name")]
    many = [criterion(1, f"C{n}") for n in range(9)]
    assert [(i, f) for i, f, _words in rules.problems(many)] == [(-1, "criteria")]


def test_step_four_may_stay_empty() -> None:
    one = criterion(1)
    assert rules.problems([one._replace(anchors=(*one.anchors[:4], ""))]) == []


@pytest.mark.parametrize(
    ("steps", "passed"),
    [
        ([(True, 3), (True, 4), (False, 0)], True),
        ([(True, 3), (True, 2)], False),
        ([(False, 3), (False, 3)], True),
        ([(False, 3), (False, 1)], False),
        ([], False),
    ],
)
def test_passing_asks_the_needed_criteria_or_all_where_none_is_needed(
    steps: list[tuple[bool, int]], passed: bool
) -> None:
    assert rules.passes(steps, 3) is passed


def test_a_rubric_is_read_back_with_its_five_steps(make: World) -> None:
    known = skills(make)
    with make.write() as db:
        made = create_rubric(
            db,
            make.bakery.id,
            "Stock list",
            [criterion(known["Spreadsheets"]), criterion(known["Stock control"], "Reorder levels", 2)],
        )
    with make.read() as db:
        view = rubric_with_criteria(db, made.id)
        assert get_rubric(db, made.public_id).id == made.id
    assert [c.skill for c in view.criteria] == ["Spreadsheets", "Stock control"]
    assert [s.step for s in view.criteria[0].steps] == [0, 1, 2, 3, 4]
    assert view.criteria[0].steps[0].anchor == rules.NOTHING_TO_JUDGE
    assert [view.criteria[1].shows(step) for step in range(5)] == [0, 0, 1000, 2000, 3000]
    assert view.needed_names == ("Accuracy", "Reorder levels")


def test_what_is_frozen_never_changes_and_a_copy_can(make: World) -> None:
    known = skills(make)
    with make.write() as db:
        made = create_rubric(db, make.bakery.id, "Stock list", [criterion(known["Spreadsheets"])])
        rewrite(db, made, "Stock list", [criterion(known["Data cleaning"], "Clean")])
        freeze(db, made)
    with make.write() as db:
        again = get_rubric(db, made.public_id)
        with pytest.raises(Conflict, match="frozen"):
            rewrite(db, again, "Other", [])
        freeze(db, again)
        copied = copy_rubric(db, made.id, make.bakery.id)
        rewrite(db, copied, "Other", [])
    with make.read() as db:
        assert drafts_of(rubric_with_criteria(db, made.id))[0].name == "Clean"
        assert (copied.version, copied.frozen_at) == (2, None)
        assert [r.id for r in rubrics_of(db, make.bakery.id)] == [made.id]


def test_an_unfinished_rubric_is_not_frozen(make: World) -> None:
    with make.write() as db:
        made = create_rubric(db, make.bakery.id, "Empty", [])
        with pytest.raises(Invalid, match="at least one criterion"):
            freeze(db, made)


def test_a_missing_rubric_is_not_found(make: World) -> None:
    with make.read() as db:
        with pytest.raises(NotFound):
            rubric_with_criteria(db, 999)
        with pytest.raises(NotFound):
            get_rubric(db, "nothing")


def test_the_database_refuses_a_level_off_the_scale(make: World) -> None:
    known = skills(make)
    with make.read() as db, pytest.raises(IntegrityError):
        create_rubric(db, None, "Wrong", [criterion(known["Spreadsheets"], level=6)])
