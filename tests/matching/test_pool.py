"""The mirror beside a posting, against plain counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.matching.core.contract import BadRequirements, Requirement
from market.matching.core.pool import mirror


def asked(*levels: int) -> list[Requirement]:
    return [Requirement(n, level, 1, True) for n, level in enumerate(levels, 1)]


def people(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.uint8)


def test_the_mirror_counts_all_three_quarters_and_half():
    seen = mirror(
        asked(3, 3, 3, 3),
        people([200, 200, 200, 200], [200, 200, 200, 0], [200, 200, 0, 0], [200, 0, 0, 0], [0, 0, 0, 0]),
    )
    assert (seen.all, seen.three_quarters, seen.half) == (1, 2, 3)
    assert seen.meeting == (4, 3, 2, 1)
    assert seen.without == (1, 1, 1, 2)
    assert seen.narrowest == 3


def test_three_quarters_of_three_requirements_is_all_of_them():
    assert mirror(asked(1, 1, 1), people([99, 99, 0])).three_quarters == 0
    assert mirror(asked(1, 1, 1), people([99, 99, 0])).half == 1


def test_a_pool_that_no_requirement_shrinks_names_none():
    assert mirror(asked(2, 2), people([200, 200])).narrowest is None
    assert mirror(asked(2), people([0])).narrowest is None


def test_an_empty_site_has_an_empty_mirror():
    seen = mirror(asked(2, 3), np.zeros((0, 2), dtype=np.uint8))
    assert (seen.all, seen.three_quarters, seen.half, seen.narrowest) == (0, 0, 0, None)


def test_a_mirror_of_nothing_is_refused():
    with pytest.raises(BadRequirements):
        mirror([], np.zeros((1, 0), dtype=np.uint8))


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=8).flatmap(
        lambda levels: st.tuples(
            st.just(levels),
            st.lists(
                st.lists(st.integers(0, 255), min_size=len(levels), max_size=len(levels)),
                min_size=1,
                max_size=15,
            ),
        )
    )
)
def test_the_mirror_agrees_with_plain_counting(case):
    levels, rows = case
    requirements, n = asked(*levels), len(levels)
    met = [[lv >= q.minimum for lv, q in zip(row, requirements, strict=True)] for row in rows]
    seen = mirror(requirements, people(*rows))
    assert seen.all == sum(all(row) for row in met)
    assert seen.three_quarters == sum(4 * sum(row) >= 3 * n for row in met)
    assert seen.half == sum(2 * sum(row) >= n for row in met)
    if n > 1:
        assert seen.without == tuple(sum(all(row[:q] + row[q + 1 :]) for row in met) for q in range(n))
