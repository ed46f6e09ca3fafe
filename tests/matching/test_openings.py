"""The quick order of openings is the one that the plain rule gives."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from market.matching.core.contract import Requirement
from market.matching.core.policy import crowded
from market.matching.openings import WHOLE, Opening, standing

rows = st.lists(
    st.fixed_dictionaries(
        {
            "level": st.integers(1, 5),
            "weight": st.integers(1, 10),
            "essential": st.booleans(),
            "unit": st.integers(0, 255),
        }
    ),
    min_size=1,
    max_size=8,
)


@given(rows, st.integers(0, 400), st.integers(1, 20))
def test_the_quick_place_of_an_opening_is_the_plain_one(
    given_rows: list[dict[str, Any]], applicants: int, seats: int
) -> None:
    found = [
        SimpleNamespace(skill_id=n, name=str(n), applicants_count=applicants, seats=seats, **row)
        for n, row in enumerate(given_rows, 1)
    ]
    asked = [Requirement(r.skill_id, r.level, r.weight, r.essential) for r in found]
    plain = standing([r.unit for r in found], asked)
    assert Opening(7, found).place == (-crowded(plain, 2 * WHOLE, applicants, seats), -7)
