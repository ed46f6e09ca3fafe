"""Partial credit along the taxonomy: in part, by the best path, and never enough from above alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.evidence.credit import Credit, Path, best_credit, paths

# data work (1) > spreadsheets (2) > pivot tables (3) > slicers (4);  data work (1) > statistics (5)
BROADER = {2: [1], 3: [2], 4: [3], 5: [1]}
NARROWER = {1: [2, 5], 2: [3], 3: [4]}


def reach(skill: int) -> dict[int, Path]:
    return paths(skill, lambda s: NARROWER.get(s, []), lambda s: BROADER.get(s, []))


def test_a_path_goes_two_steps_straight_and_never_to_a_sibling():
    assert {s: p.skills for s, p in reach(2).items()} == {2: (2,), 3: (2, 3), 4: (2, 3, 4), 1: (2, 1)}
    assert set(reach(1)) == {1, 2, 5, 3}
    assert 5 not in reach(2)


@pytest.mark.parametrize(("shown", "counted"), [(2, 200), (3, 180), (4, 162), (1, 100)])
def test_narrower_counts_nine_tenths_a_step_and_broader_half(shown, counted):
    assert best_credit(2, {shown: 200}, reach(2)).level == counted


def test_two_steps_up_count_a_quarter():
    assert best_credit(4, {2: 200}, reach(4)) == Credit(50, Path((4, 3, 2), broader=True))


def test_the_best_path_counts_and_never_the_sum():
    credit = best_credit(2, {1: 160, 2: 90, 3: 110, 4: 130}, reach(2))
    assert (credit.level, credit.path.skills) == (105, (2, 3, 4))


def test_ones_own_level_wins_a_tie():
    assert best_credit(2, {2: 90, 3: 100}, reach(2)).path == Path((2,))


def test_broader_evidence_alone_never_meets_an_essential_requirement():
    credit = best_credit(2, {1: 255}, reach(2))
    assert credit.towards(77, essential=True) == 76
    assert credit.towards(77, essential=False) == 127
    assert best_credit(2, {3: 255}, reach(2)).towards(77, essential=True) == 229


def test_nothing_known_is_level_0():
    assert best_credit(2, {}, reach(2)) == Credit(0, Path((2,)))


def test_a_ring_in_the_taxonomy_does_no_harm():
    ring = {1: [2], 2: [1]}
    assert set(paths(1, lambda s: ring.get(s, []), lambda s: ring.get(s, []))) == {1, 2}


@given(st.dictionaries(st.integers(1, 5), st.integers(1, 255)), st.integers(1, 5))
def test_credit_is_never_less_than_ones_own_level_and_never_more_than_the_best_shown(levels, skill):
    credit = best_credit(skill, levels, reach(skill))
    assert levels.get(skill, 0) <= credit.level <= max(levels.values(), default=0)
