"""Weighted kappa against worked examples that others published, and against the definition written out slowly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.engagements.kappa import weighted_kappa

# Two judges of essays, from the documentation of Maple's EssayTools[QuadraticWeightedKappa].
ESSAYS = (9, 7, 8, 7, 6, 8, 3, 5, 10)
# Twenty people's anxiety as two raters saw it, from the R package irr: kappa2(anxiety[, 1:2], "squared").
ANXIETY = (
    (3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3),
    (3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4),
)


def table(both: int, first: int, second: int, neither: int) -> list[tuple[int, int]]:
    """Yes and no of two readers, as counts; with two steps the weights change nothing."""
    return [(1, 1)] * both + [(1, 0)] * first + [(0, 1)] * second + [(0, 0)] * neither


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (list(zip(ESSAYS, (8, 8, 6, 6, 7, 6, 1, 4, 8), strict=True)), 0.758620689655172),
        (list(zip(ESSAYS, (3, 5, 6, 6, 7, 6, 1, 4, 8), strict=True)), 0.438095238095238),
        (list(zip(*ANXIETY, strict=True)), 0.297),
        (
            table(20, 5, 10, 15),
            0.4,
        ),  # fifty grant proposals, and two tables with one and the same share agreed
        (table(45, 15, 25, 15), 0.1304),
        (table(25, 35, 5, 35), 0.2593),
    ],
)
def test_published_examples_come_out_as_published(pairs: list[tuple[int, int]], expected: float) -> None:
    digits = len(str(expected).partition(".")[2])
    found = weighted_kappa(pairs)
    assert found is not None
    assert round(found, digits) == pytest.approx(expected)


def slow(pairs: list[tuple[int, int]]) -> float | None:
    """The definition, cell by cell: weights, what was seen, and what chance would give, as shares of all."""
    n = len(pairs)
    seen = {(i, j): sum(p == (i, j) for p in pairs) / n for i in range(5) for j in range(5)} if n else {}
    chance = {
        (i, j): sum(a == i for a, _b in pairs) / n * sum(b == j for _a, b in pairs) / n for i, j in seen
    }
    weight = {(i, j): (i - j) ** 2 / 16 for i, j in seen}
    below = sum(weight[cell] * chance[cell] for cell in seen)
    return 1 - sum(weight[cell] * seen[cell] for cell in seen) / below if below else None


steps = st.integers(min_value=0, max_value=4)


@given(st.lists(st.tuples(steps, steps), max_size=40))
def test_it_is_the_definition_for_any_steps(pairs: list[tuple[int, int]]) -> None:
    assert weighted_kappa(pairs) == pytest.approx(slow(pairs))
    assert weighted_kappa([(b, a) for a, b in pairs]) == weighted_kappa(pairs)


def test_it_says_nothing_where_there_is_nothing_to_say() -> None:
    assert weighted_kappa([]) is None
    assert weighted_kappa([(3, 3)] * 12) is None
    assert weighted_kappa([(2, 2), (3, 3)]) == 1
