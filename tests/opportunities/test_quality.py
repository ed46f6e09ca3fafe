"""Posting quality: a table of drafts and what each is told."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from market.opportunities.drafts import Draft, Need, Part
from market.opportunities.quality import lacking, quality
from market.opportunities.rules import Kind, Mode, PayBasis
from market.paths import data_dir
from market.programmes.checks import Floor, State, blocking
from market.rubrics import plain

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
FLOOR = Floor(1320, "GBP")
GOOD = Draft(
    kind=Kind.GIG,
    title="Turn our stock list into a spreadsheet",
    summary="We keep forty flours in three notebooks. We want one sheet that tells us on Thursday what to order.",
    language="en",
    hours=18,
    weeks=2,
    starts_on=date(2026, 11, 30),
    starts_by=date(2026, 12, 7),
    pay_basis=PayBasis.FIXED,
    pay_minor=28_800,
    currency="GBP",
    seats=1,
    invited_count=0,
    mode=Mode.REMOTE,
    place="",
    time_zone="Europe/London",
    learner_cost_minor=0,
    deadline_at=NOW + timedelta(days=11),
    parts=(Part("The stock sheet", "Every item.", "Twenty items that we pick at random match the shelf."),),
    needs=(Need(1, 3), Need(2, 2, False)),
    rubric_attached=True,
    rubric_skills=(1,),
)


def open_keys(**changes: Any) -> set[str]:
    draft = GOOD._replace(**changes)
    return {check.key for check in blocking([*quality(draft, FLOOR), *lacking(draft, NOW)])}


def test_a_good_posting_lacks_nothing_and_the_list_is_always_the_same_eight() -> None:
    checks = quality(GOOD, FLOOR)
    assert [c.key for c in checks] == [
        "deliverables", "acceptance", "rubric", "hours", "pay", "skills", "plain", "mentor",
    ]  # fmt: skip
    assert [c.state for c in checks] == [State.OK] * 7 + [State.NOT_NEEDED]
    assert not lacking(GOOD, NOW)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"parts": ()}, "deliverables"),
        ({"parts": ()}, "acceptance"),
        ({"parts": (Part("A sheet"),)}, "acceptance"),
        ({"parts": (Part("A sheet", "", "It looks good."),)}, "acceptance"),
        ({"rubric_attached": False}, "rubric"),
        ({"rubric_problem": "Say what step 3 looks like."}, "rubric"),
        ({"rubric_skills": (1, 9)}, "rubric"),
        ({"hours": 0}, "hours"),
        ({"hours": 81}, "hours"),
        ({"kind": Kind.TRIAL, "invited_count": 1, "hours": 41}, "hours"),
        ({"pay_minor": 0}, "pay"),
        ({"pay_minor": 23_759}, "pay"),
        ({"pay_basis": PayBasis.HOURLY, "pay_minor": 1319}, "pay"),
        ({"currency": "EUR"}, "pay"),
        ({"learner_cost_minor": 5_041}, "pay"),
        ({"needs": ()}, "skills"),
        ({"needs": tuple(Need(n, 2) for n in range(1, 10))}, "skills"),
        ({"title": " "}, "title"),
        ({"summary": ""}, "summary"),
        ({"mode": Mode.HYBRID}, "place"),
        ({"mode": Mode.ON_SITE, "place": " "}, "place"),
        ({"deadline_at": None}, "deadline"),
        ({"deadline_at": NOW}, "deadline"),
        ({"deadline_at": NOW + timedelta(days=181)}, "deadline"),
        ({"starts_on": None}, "starts_on"),
        ({"starts_on": date(2026, 11, 15), "starts_by": None}, "starts_on"),
        ({"starts_by": date(2026, 11, 29)}, "starts_by"),
        ({"kind": Kind.TRIAL, "invited_count": 0}, "invited_count"),
        ({"kind": Kind.TRIAL, "invited_count": 2, "seats": 3}, "invited_count"),
        ({"questions": ("a", "b", "c", "d")}, "questions"),
        ({"proposed_skill": "Dough lamination"}, "needs"),
        ({"kind": Kind.MICRO_APPRENTICESHIP}, "kind"),
    ],
)
def test_what_keeps_a_posting_from_going_out(changes: dict[str, Any], key: str) -> None:
    assert key in open_keys(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"hours": 1, "pay_minor": 1320},
        {"hours": 80, "pay_minor": 105_600},
        {"pay_minor": 23_760},
        {"pay_basis": PayBasis.HOURLY, "pay_minor": 1320},
        {"kind": Kind.TRIAL, "invited_count": 1, "hours": 40, "pay_minor": 52_800},
        {"needs": tuple(Need(n, 2) for n in range(1, 9))},
        {"mode": Mode.ON_SITE, "place": "Weir Lane"},
        {"learner_cost_minor": 5_040},
        {"starts_by": None},
        {"summary": "Extraordinarily multidimensional organisational interoperability " * 6},
    ],
)
def test_what_may_go_out(changes: dict[str, Any]) -> None:
    assert open_keys(**changes) == set()


def test_an_unpaid_trial_is_told_why() -> None:
    checks = {c.key: c for c in quality(GOOD._replace(kind=Kind.TRIAL, pay_minor=0, hours=8), FLOOR)}
    assert checks["pay"].words == "A trial project is real work, so it is paid: at least £13.20 an hour"


def test_below_the_floor_both_figures_are_said() -> None:
    checks = {c.key: c for c in quality(GOOD._replace(pay_minor=18_000), FLOOR)}
    assert checks["pay"].words == "Pay comes to £10 an hour, below the floor of £13.20"


def test_the_part_without_a_test_is_named_with_its_field() -> None:
    parts = (*GOOD.parts, Part("The list", "", "To our satisfaction"))
    check = {c.key: c for c in quality(GOOD._replace(parts=parts), FLOOR)}["acceptance"]
    assert check.words == "Part 2 has no test that can be checked"
    assert check.field == "parts-1-accepted_when"


def test_other_languages_are_not_measured() -> None:
    assert {c.key: c.state for c in quality(GOOD._replace(language="de"), FLOOR)}["plain"] is State.NOT_NEEDED


@pytest.mark.parametrize(
    "test",
    ["", "  ", "It looks good.", "Looks good", "When we are happy with it", "Done", "High quality work",
     "To our full satisfaction", "As discussed", "It works", "TBD", "n/a", "All OK!", "The client is happy."],
)  # fmt: skip
def test_words_that_nobody_can_check(test: str) -> None:
    assert plain.says_nothing(test)


@pytest.mark.parametrize(
    "test",
    [
        "Twenty items that we pick at random match the shelf.",
        "Ines adds a new flour with only the page to help her.",
        "It prints on one page.",
        "Two Saturdays run from it without anyone ringing Des.",
        "At most one of 20 is wrong.",
    ],
)
def test_words_that_two_people_would_agree_on(test: str) -> None:
    assert not plain.says_nothing(test)


def test_every_acceptance_criterion_of_the_demo_world_can_be_checked() -> None:
    import tomllib

    folder = Path(str(data_dir("seeds"))) / "openings"
    found = [
        deliverable["accepted_when"]
        for path in sorted(folder.glob("*.toml"))
        for opening in tomllib.loads(path.read_text())["opening"]
        for deliverable in opening["deliverables"]
    ]
    assert len(found) > 20
    assert not [test for test in found if plain.says_nothing(test)]


@pytest.mark.parametrize(
    ("word", "count"),
    [("sheet", 1), ("table", 2), ("order", 2), ("make", 1), ("spreadsheet", 2), ("wanted", 2), ("asked", 1),
     ("instructions", 3), ("the", 1), ("organisation", 5), ("employee", 3)],
)  # fmt: skip
def test_syllables(word: str, count: int) -> None:
    assert plain.syllables(word) == count


def test_reading_age_follows_the_published_formula() -> None:
    # Twenty words of one syllable in one sentence: 0.39 * 20 + 11.8 * 1 - 15.59 = 4.01, and five years more is nine.
    text = "We keep all our flour in three old books and want one sheet that tells us what we must buy."
    assert plain.reading_age(text) == 9
    hard = (
        "Notwithstanding heterogeneous organisational circumstances, the implementation of interoperable inventory "
        "administration necessitates comprehensive consideration of multidimensional procurement dependencies, "
        "including international regulatory obligations."
    )
    assert (plain.reading_age(hard) or 0) >= 20


def test_a_short_text_has_no_reading_age() -> None:
    assert plain.reading_age("One sheet, please.") is None
