"""Partial credit along the taxonomy: in part, by the best path, and never enough from above alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.evidence.credit import Credit, Path, best_credit
from market.evidence.posterior import DOORSTEP
from market.matching.core.contract import minimum


def narrower(steps: int) -> Path:
    return Path(tuple(range(1, steps + 2)))


def broader(steps: int) -> Path:
    return Path(tuple(range(1, steps + 2)), broader=True)


@pytest.mark.parametrize(("path", "counted"), [(narrower(0), 200), (narrower(1), 180), (narrower(2), 162)])
def test_narrower_counts_nine_tenths_a_step(path: Path, counted: int) -> None:
    assert path.counted(200) == counted


@pytest.mark.parametrize(("level", "one", "two"), [(20, 10, 5), (50, 25, 12), (255, 25, 25)])
def test_broader_counts_half_a_step_up_to_the_doorstep(level: int, one: int, two: int) -> None:
    assert (broader(1).counted(level), broader(2).counted(level)) == (one, two)


@given(st.integers(0, 255), st.integers(1, 2))
def test_broader_evidence_alone_meets_no_requirement(level: int, steps: int) -> None:
    assert broader(steps).counted(level) <= DOORSTEP < minimum(1)


def test_the_best_path_counts_and_never_the_sum() -> None:
    others = [(160, broader(1)), (110, narrower(1)), (130, narrower(2))]
    assert best_credit(1, 90, others) == Credit(105, narrower(2))


def test_ones_own_level_wins_a_tie() -> None:
    assert best_credit(1, 90, [(100, narrower(1))]).path == Path((1,))


def test_nothing_known_is_level_0() -> None:
    assert best_credit(2, 0, []) == Credit(0, Path((2,)))


PATHS = st.builds(
    lambda steps, up: broader(steps) if up else narrower(steps), st.integers(1, 2), st.booleans()
)


@given(st.integers(0, 255), st.lists(st.tuples(st.integers(1, 255), PATHS)))
def test_credit_is_never_less_than_ones_own_level_and_never_more_than_the_best_shown(
    own: int, others: list[tuple[int, Path]]
) -> None:
    found = best_credit(1, own, others).level
    assert own <= found <= max([own, *(level for level, _ in others)])
