"""Skills typed with a level, and what narrows a list."""

from datetime import date

import pytest

from market.matching.forms import Narrowed, Term, narrowed, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spreadsheets 3, stock control 2", [Term("spreadsheets", 3), Term("stock control", 2)]),
        ("Spreadsheets at level 4; C++ level 2\nGerman", [Term("Spreadsheets", 4), Term("C++", 2), Term("German", 1)]),
        ("HTML 5", [Term("HTML", 5)]),
        ("ISO 9001", [Term("ISO 9001", 1, "9001")]),
        ("windows 11, level 3", [Term("windows 11", 1, "11"), Term("level", 3)]),
        ("spreadsheets 9; German at level 0", [Term("spreadsheets 9", 1, "9"), Term("German at level 0", 1, "0")]),
        ("a -1; b \u22121; c 3.7; d +2; e 6", [
            Term("a -1", 1, "-1"), Term("b \u22121", 1, "\u22121"), Term("c 3.7", 1, "3.7"),
            Term("d +2", 1, "+2"), Term("e 6", 1, "6"),
        ]),
        ("a 1, b 5, c 03, d \u0663", [Term("a", 1), Term("b", 5), Term("c", 3), Term("d", 3)]),
        ("x 99999999999999999999999999", [Term("x 99999999999999999999999999", 1, "99999999999999999999999999")]),
        ("3", [Term("3", 1)]),
        (" ,, ;", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_skill_is_followed_by_its_level(text: str, expected: list[Term]) -> None:
    assert terms(text) == expected


def test_a_long_text_is_cut_to_one_term_more_than_may_be_asked() -> None:
    assert len(terms(", ".join(f"skill {n}" for n in range(400)))) == 9


def test_what_makes_no_sense_narrows_nothing() -> None:
    wrong = {"free": "soon", "hours": "0", "language": "tlh", "tier": "5", "pay": "-1"}
    assert narrowed(wrong, ("en", "cy")) == Narrowed()
    right = {"free": "month", "hours": "80", "language": "cy", "tier": "4", "pay": "16"}
    assert narrowed(right, ("en", "cy")) == Narrowed("month", 80, "cy", 4, 16)
    assert narrowed({"hours": "٣", "pay": "1" * 40}, ()) == Narrowed()


def test_free_within_a_month_means_thirty_days() -> None:
    today = date(2026, 11, 16)
    assert Narrowed("now").available_by(today) == today
    assert Narrowed("month").available_by(today) == date(2026, 12, 16)
    assert Narrowed().available_by(today) is None
