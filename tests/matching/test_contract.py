"""The scoring contract, by numbers worked by hand and by what holds for all of them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.matching.core.contract import (
    BadRequirements,
    Requirement,
    Tie,
    TwoNumbers,
    check,
    contribution,
    contributions,
    coverage,
    minimum,
    rank,
    score,
    tie_for,
    two_numbers,
)
from tests.matching import oracle

REQUIREMENTS = st.builds(
    Requirement, st.integers(1, 40), st.integers(1, 5), st.integers(1, 10), st.booleans()
)
ASKED = st.lists(REQUIREMENTS, min_size=1, max_size=8, unique_by=lambda r: r.skill_id)
LEVEL = st.integers(0, 255)


def plain(asked):
    return [(r.skill_id, r.level, r.weight, r.essential) for r in asked]


def test_the_minimum_lies_half_a_step_below_the_level():
    assert [minimum(level) for level in range(1, 6)] == [26, 77, 128, 179, 230]


@pytest.mark.parametrize(
    ("level", "asked", "weight", "essential", "points"),
    [
        (0, 3, 5, True, 0),
        (64, 3, 1, False, 512),  # 64*1024 // 128
        (127, 3, 1, True, 1016),  # one unit short: 127*8
        (128, 3, 1, True, 1024 + 1048576),
        (128, 3, 10, False, 10240),
        (129, 3, 10, False, 10250),  # 154 // 128 = 1 a weight
        (255, 3, 10, False, 10 * (1024 + 152)),  # 127*154 // 128 = 152
        (255, 5, 1, True, 1024 + 148 + 1048576),  # 25*154 // 26 = 148
        (1, 5, 1, False, 4),  # 1024 // 230: whoever has anything is listed
        (25, 1, 1, True, 984),  # a claim alone: 25*1024 // 26, and not met
    ],
)
def test_a_contribution_worked_by_hand(level, asked, weight, essential, points):
    assert contribution(level, Requirement(1, asked, weight, essential)) == points


def test_a_score_worked_by_hand():
    """The design's stock list with levels 149, 147, 52, 112 on weights 3, 3, 2, 1."""
    asked = [
        Requirement(1, 3, 3, True),
        Requirement(2, 3, 3, True),
        Requirement(3, 2, 2, True),
        Requirement(4, 2, 1, False),
    ]
    levels = [149, 147, 52, 112]
    assert contributions(levels, asked) == (
        3 * (1024 + 25) + 2**20,  # 21*154 // 128 = 25
        3 * (1024 + 22) + 2**20,  # 19*154 // 128 = 22
        2 * 691,  # 52*1024 // 77 = 691
        1024 + 30,  # 35*154 // 179 = 30
    )
    assert two_numbers(levels, asked) == TwoNumbers(2, 3, 93)  # (3 + 3 + 2*52/77 + 1)/9 = .9278


def test_an_essential_met_outweighs_everything_that_is_not():
    best_without = 7 * 10 * (1024 + 152) + 10 * 1023
    assert contribution(26, Requirement(1, 1, 1, True)) > best_without


def test_the_largest_score_fits_in_32_bits_and_a_product_would_not_fit_in_16():
    best = max(
        score([255] * 8, [Requirement(n, level, 10, True) for n in range(1, 9)]) for level in range(1, 6)
    )
    assert best == 8 * (10 * (1024 + 153) + 2**20) == 8_482_768
    assert best < 2**31
    assert 255 * 1024 > 2**15


def test_equals_stand_in_an_order_of_the_openings_own():
    people = {n: [200] for n in range(1, 200)}
    asked = [Requirement(1, 3, 1, True)]
    first, second = (
        [person for person, _ in rank(people, asked, tie_for(opening), 200)] for opening in ("one", "other")
    )
    assert sorted(first) == sorted(second) == list(people)
    assert first != second
    assert first == [person for person, _ in rank(people, asked, tie_for("one"), 200)]


def test_people_who_tie_twice_stand_by_id():
    asked = [Requirement(1, 3, 1, True)]
    assert [p for p, _ in rank({5 + 2147483647: [200], 5: [200]}, asked, Tie(7, 3), 2)] == [5, 5 + 2147483647]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ([], "At least one skill"),
        ([Requirement(n, 1, 1, False) for n in range(1, 10)], "9 skills are listed; at most 8"),
        ([Requirement(1, 0, 1, False)], "level 0 is not 1 to 5"),
        ([Requirement(1, 6, 1, False)], "level 6"),
        ([Requirement(1, True, 1, False)], "level True"),
        ([Requirement(1, 3.0, 1, False)], r"level 3\.0"),
        ([Requirement(1, 3, 0, False)], "weight 0 is not 1 to 10"),
        ([Requirement(1, 3, 11, False)], "weight 11"),
        ([Requirement(0, 3, 1, False)], "0 is not a skill"),
        ([Requirement(2**32, 3, 1, False)], "4294967296 is not a skill"),
        ([Requirement(4, 3, 1, False), Requirement(4, 2, 1, True)], "Skill 2 is listed twice"),
    ],
)
def test_requirements_that_cannot_be_scored_are_refused_with_the_reason(asked, reason):
    with pytest.raises(BadRequirements, match=reason):
        check(asked)


def test_every_reason_is_given_at_once():
    with pytest.raises(BadRequirements) as refused:
        check([Requirement(1, 9, 99, False), Requirement(1, 3, 1, False)])
    assert len(refused.value.reasons) == 3


@given(ASKED, st.data())
def test_the_contract_and_the_oracle_agree_on_every_ranking(asked, data):
    people = data.draw(
        st.dictionaries(
            st.integers(1, 2**32 - 1), st.lists(LEVEL, min_size=len(asked), max_size=len(asked)), max_size=20
        )
    )
    a, b = data.draw(st.integers(1, 2147483646)), data.draw(st.integers(0, 2147483646))
    k = data.draw(st.integers(0, 25))
    held = {
        person: {r.skill_id: lv for r, lv in zip(asked, levels, strict=True)}
        for person, levels in people.items()
    }
    expected = oracle.rank(held, plain(asked), k, a, b)
    assert rank(people, asked, Tie(a, b), k) == [(person, points) for person, points, _ in expected]
    assert [contributions(people[person], asked) for person, _, _ in expected] == [
        parts for *_, parts in expected
    ]


@given(REQUIREMENTS, LEVEL, LEVEL)
def test_more_skill_never_scores_less(asked, one, other):
    low, high = sorted((one, other))
    assert contribution(low, asked) <= contribution(high, asked)


@given(REQUIREMENTS, st.integers(1, 255))
def test_whoever_has_any_of_the_skill_scores(asked, level):
    assert contribution(level, asked) > 0


@given(ASKED, st.data())
def test_whoever_meets_more_essentials_stands_first(asked, data):
    draw = st.lists(LEVEL, min_size=len(asked), max_size=len(asked))
    one, other = data.draw(draw), data.draw(draw)
    if two_numbers(one, asked).met > two_numbers(other, asked).met:
        assert score(one, asked) > score(other, asked)


@given(ASKED, st.data())
def test_coverage_says_100_only_when_nothing_is_missing_and_0_only_when_there_is_nothing(asked, data):
    levels = data.draw(st.lists(LEVEL, min_size=len(asked), max_size=len(asked)))
    shown = two_numbers(levels, asked).coverage
    assert (shown == 100) == all(lv >= r.minimum for lv, r in zip(levels, asked, strict=True))
    assert (shown == 0) == (not any(levels))
    assert abs(shown - 100 * coverage(levels, asked)) <= Fraction(1)


@given(st.text(max_size=30))
def test_a_tie_break_never_overflows_64_bits(opening):
    tie = tie_for(opening)
    assert 1 <= tie.a < 2147483647
    assert 0 <= tie.b < 2147483647
    assert tie.a * (2**32 - 1) + tie.b < 2**63
