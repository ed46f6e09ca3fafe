"""The explanation: the same numbers as the ranking, line by line, and one honest change."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.evidence.credit import Path
from market.evidence.posterior import DEFAULTS, Item, posterior
from market.matching.core.contract import (
    BadRequirements,
    Requirement,
    TwoNumbers,
    contributions,
    score,
    two_numbers,
)
from market.matching.core.explain import Held, explain, fit

TODAY = date(2026, 11, 21)


def assessed(reading: float, number: int = 1) -> Item:
    return Item(number, 4, reading, TODAY, f"organisation:{number}")


STOCK_LIST = [
    Requirement(1, 3, 3, True),
    Requirement(2, 3, 3, True),
    Requirement(3, 2, 2, True),
    Requirement(4, 2, 1, False),
]
NAMES = ["Spreadsheets", "Data cleaning", "Stock control", "Writing instructions"]


def amara() -> list[Held]:
    return [
        Held("Spreadsheets", "tool", [assessed(4)]),
        Held("Data cleaning", "knowledge", [assessed(4)]),
        Held("Stock control", "knowledge", [Item(1, 1, 3, TODAY)]),
        Held("Writing instructions", "soft"),
    ]


def test_the_two_numbers_name_what_is_met_and_what_is_lacking():
    told = explain(STOCK_LIST, amara(), TODAY)
    assert told.fit.two == TwoNumbers(2, 3, 84)  # (3 + 3 + 2*61/77 + 0) / 9 = .8427
    assert told.fit.lacks == ("Stock control", "Writing instructions")
    assert told.skills["Stock control"].tier == 1


def test_each_bar_starts_where_the_one_before_it_ended():
    parts = explain(STOCK_LIST, amara(), TODAY).fit.parts
    assert parts[0].start == 0
    for before, after in pairwise(parts):
        assert after.start == pytest.approx(before.start + before.got)
    assert sum(part.most for part in parts) == pytest.approx(100)


def test_the_change_is_one_assessed_piece_for_the_essential_that_is_missing():
    change = explain(STOCK_LIST, amara(), TODAY).change
    assert (change.skill, change.level, change.meets) == ("Stock control", 2, True)
    assert (change.before, change.after) == (TwoNumbers(2, 3, 84), TwoNumbers(3, 3, 89))
    assert change.level_after.tier == 4


def test_a_change_that_would_not_yet_meet_the_level_says_so():
    told = explain([Requirement(1, 3, 1, True)], [Held("Welding", "tool")], TODAY)
    assert not told.change.meets
    assert told.change.after == TwoNumbers(0, 1, 99)


def test_an_opening_whose_every_requirement_is_met_needs_no_change():
    told = explain([Requirement(1, 2, 1, True)], [Held("Welding", "tool", [assessed(2)])], TODAY)
    assert told.change is None
    assert told.fit.lacks == ()


def test_credit_from_a_narrower_skill_is_counted_and_its_path_shown():
    path = Path((1, 7))
    told = explain([Requirement(1, 2, 1, True)], [Held("Sewing", "tool", credit=90, path=path)], TODAY)
    assert (told.fit.met, told.fit.parts[0].path, told.fit.parts[0].unit) == (1, path, 90)


def test_credit_lower_than_ones_own_level_is_not_mentioned():
    held = [Held("Sewing", "tool", [assessed(3)], credit=30, path=Path((1, 7)))]
    part = explain([Requirement(1, 2, 1, True)], held, TODAY).fit.parts[0]
    assert (part.path, part.unit) == (None, posterior([assessed(3)], "tool", TODAY).level)


def test_it_says_which_day_and_which_settings_it_holds_for():
    told = explain(STOCK_LIST, amara(), TODAY)
    assert (told.as_of, told.settings_version) == (TODAY, DEFAULTS.version)


def test_what_cannot_be_scored_cannot_be_explained():
    with pytest.raises(BadRequirements):
        fit([], [], [])


CASES = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.integers(1, 10),
        st.booleans(),
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), max_size=3),
    ),
    min_size=1,
    max_size=8,
)


@given(CASES)
def test_the_explanation_says_the_same_as_the_ranking(case):
    asked = [
        Requirement(n, level, weight, essential) for n, (level, weight, essential, _) in enumerate(case, 1)
    ]
    held = [
        Held(f"skill {n}", "tool", [Item(i, tier, z, TODAY, f"p{i}") for i, (tier, z) in enumerate(rows, 1)])
        for n, (*_, rows) in enumerate(case, 1)
    ]
    told = explain(asked, held, TODAY)
    units = [part.unit for part in told.fit.parts]
    assert units == [posterior(h.items, "tool", TODAY).level for h in held]
    assert told.fit.score == score(units, asked)
    assert tuple(part.points for part in told.fit.parts) == contributions(units, asked)
    assert told.fit.two == two_numbers(units, asked)
    assert sum(part.got for part in told.fit.parts) + told.fit.rounding == pytest.approx(told.fit.coverage)
    assert abs(told.fit.rounding) <= 1
    assert [part.short == 0 for part in told.fit.parts] == [part.met for part in told.fit.parts]
    if told.change:
        assert told.change.after.met >= told.fit.met
        assert told.change.after.coverage >= told.fit.coverage
    else:
        assert all(part.met for part in told.fit.parts)
