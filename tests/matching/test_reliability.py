"""Does the order hold: bins, their intervals and the share of pairs in the right order, against plain counting."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.matching.core.reliability import (
    EDGES,
    FEWEST,
    Bin,
    Case,
    binned,
    ordered,
    reliability,
    wilson,
)

_cases = st.lists(st.builds(Case, st.integers(0, 100), st.booleans()), max_size=40)


@given(_cases)
def test_every_case_stands_in_one_bin(cases: list[Case]) -> None:
    bins = binned(cases)
    assert (sum(b.n for b in bins), sum(b.well for b in bins)) == (len(cases), sum(c.well for c in cases))
    for b in bins:
        inside = [c for c in cases if c.coverage in range(b.low, b.high)]
        assert (b.n, b.well) == (len(inside), sum(c.well for c in inside))
        assert 0 <= b.interval[0] <= b.share + 1e-12
        assert b.share - 1e-12 <= b.interval[1] <= 1 or not b.n


@given(_cases)
def test_the_order_is_that_of_every_pair(cases: list[Case]) -> None:
    pairs = [(a, b) for a, b in itertools.product(cases, cases) if a.well and not b.well]
    found = ordered(cases)
    assert found == (
        len(pairs),
        sum(a.coverage > b.coverage for a, b in pairs),
        sum(a.coverage == b.coverage for a, b in pairs),
    )
    if not pairs:
        assert found.share is None
    else:
        assert found.share == pytest.approx((found.right + found.equal / 2) / len(pairs))


@pytest.mark.parametrize(
    (
        "well",
        "n",
        "low",
        "high",
    ),  # published: Wilson at 95 % of 0, 1 and 10 of 10; 81 of 263 (Newcombe 1998, table I)
    [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_wilsons(well: int, n: int, low: float, high: float) -> None:
    assert wilson(well, n, 1.959964) == pytest.approx((low, high), abs=5e-5)


def test_nothing_is_known_of_nothing() -> None:
    empty = Bin(0, 20, 0, 0)
    assert (empty.share, empty.interval, empty.is_shown) == (0.0, (0.0, 1.0), False)
    assert [b.last for b in binned([])] == [19, 39, 59, 79, 100]
    assert EDGES[-1] > 100


def test_below_the_stated_number_nothing_is_enough() -> None:
    assert not reliability([Case(50, True)] * (FEWEST - 1)).is_enough
    assert reliability([Case(50, True)] * FEWEST).is_enough
