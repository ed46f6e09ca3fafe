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
from market.matching.core.explain import Held, Other, Via, explain, fit

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


def sewing(own: list[Item], *others: Other) -> Held:
    return Held("Sewing", "tool", own, others)


def hems(items: list[Item], *, broader: bool = False) -> Other:
    return Other("Hems", "tool", items, Path((1, 7), broader))


def test_a_narrower_skill_counts_in_part_and_its_path_is_shown():
    told = explain([Requirement(1, 2, 1, True)], [sewing([], hems([assessed(4)]))], TODAY)
    part = told.fit.parts[0]
    whole = posterior([assessed(4)], "tool", TODAY)
    assert part.via == Via("Hems", whole, Path((1, 7)), whole.level * 9 // 10)
    assert (part.unit, told.fit.met, part.counted) == (whole.level * 9 // 10, 1, whole)
    assert told.skills["Sewing"].level == 0, "of the skill itself nothing is known still"


def test_a_broader_skill_alone_does_not_meet_what_is_asked():
    told = explain([Requirement(1, 1, 1, True)], [sewing([], hems([assessed(5)], broader=True))], TODAY)
    assert (told.fit.met, told.fit.parts[0].unit) == (0, 25)


def test_credit_lower_than_ones_own_level_and_mere_claims_elsewhere_are_not_mentioned():
    held = sewing([assessed(3)], hems([Item(9, 1, 2, TODAY)]))
    part = explain([Requirement(1, 2, 1, True)], [held], TODAY).fit.parts[0]
    assert (part.via, part.unit) == (None, posterior([assessed(3)], "tool", TODAY).level)
    claimed = sewing([], hems([Item(9, 0, 5, TODAY)]))
    assert explain([Requirement(1, 2, 1, True)], [claimed], TODAY).fit.parts[0].unit == 0


def test_a_few_ways_are_named_that_would_help_the_most_helpful_first():
    told = explain(STOCK_LIST, amara(), TODAY)
    assert 1 < len(told.options) <= 4
    assert told.options[0].skill == told.change.skill
    assert told.change in told.options
    keys = [(-one.after.met, -one.after.coverage) for one in told.options]
    assert keys == sorted(keys)
    assert all((one.after.met, one.after.coverage) != (2, 84) for one in told.options)
    assert {one.before for one in told.options} == {TwoNumbers(2, 3, 84)}


def test_where_an_easier_kind_of_evidence_is_enough_it_is_named_beside_the_surest():
    told = explain([Requirement(1, 1, 1, True)], [Held("Welding", "tool")], TODAY)
    tiers = {one.tier: one.meets for one in told.options}
    assert tiers[4]
    assert tiers[2], "one endorsement meets level 1"


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
    assert sum(round(part.got) for part in told.fit.parts) + told.fit.rounding == told.fit.coverage
    assert abs(told.fit.rounding) <= 1 + len(told.fit.parts) / 2
    assert [part.short == 0 for part in told.fit.parts] == [part.met for part in told.fit.parts]
    if told.change:
        assert told.change.after.met >= told.fit.met
        assert told.change.after.coverage >= told.fit.coverage
    else:
        assert all(part.met for part in told.fit.parts)
