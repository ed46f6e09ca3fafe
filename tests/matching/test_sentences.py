"""What an explanation says in words is so: what is shown or not, and how far one more piece of evidence would reach."""

from datetime import date

import pytest

from market.evidence.posterior import Item, posterior
from market.matching import sentences
from market.matching.core.contract import Requirement
from market.matching.core.explain import Held, explain, fit

TODAY = date(2026, 11, 21)
ASKED = [Requirement(1, 3, 5, True), Requirement(2, 3, 5, True), Requirement(3, 2, 5, False)]
NAMES = ["Spreadsheets", "Stock control", "Writing instructions"]


def test_what_is_shown_below_the_level_asked_is_not_called_not_shown() -> None:
    apply = "You can apply as you are."
    assert sentences.gap(fit(ASKED, [255, 0, 1], NAMES)) == (
        f"Stock control and Writing instructions are not shown yet. {apply}"
    )
    assert sentences.gap(fit(ASKED, [60, 0, 255], NAMES)) == (
        f"Spreadsheets and Stock control are not shown at the level asked yet. {apply}"
    )
    assert sentences.gap(fit(ASKED, [60, 255, 255], NAMES)) == f"Spreadsheets is the gap. {apply}"


@pytest.mark.parametrize("level", range(1, 6))
@pytest.mark.parametrize("held", [0, 1, 2, 6])
def test_a_second_piece_is_said_to_meet_a_level_only_where_it_does(level: int, held: int) -> None:
    """Beside weak evidence, the more of it the less one piece of work moves."""
    known = [Item(n, 4, 0.5, TODAY, f"organisation:{n}") for n in range(1, held + 1)]
    asked = [Requirement(1, level, 5, True)]
    one = explain(asked, [Held("Translation", "knowledge", known)], TODAY).change
    assert one is not None
    more = [Item(100 + n, 4, float(level), TODAY, f"organisation:{100 + n}") for n in (1, 2)]
    meets = [posterior([*known, *more[:n]], "knowledge", TODAY).level >= asked[0].minimum for n in (1, 2)]
    work = f"One assessed piece of work (T4) in Translation at level {level}"
    if meets[0]:
        assert sentences.change(one) == f"{work}."
    elif meets[1]:
        assert sentences.change(one) == f"{work} is a step towards it; a second would meet it."
    else:
        assert sentences.change(one) == f"{work} is a step towards it."
