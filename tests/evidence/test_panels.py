"""What is learned of a source stands on its own page, in words, with the number it was learned from."""

import pytest

from market import clock
from market.evidence import learning
from market.evidence.models import Kind, SourceKind, SourceStrength
from market.evidence.panels import credentials_words, marks_words
from tests.evidence.ledger import record, skill
from tests.support.client import Client, words
from tests.support.world import World


def learned(kind: SourceKind, gain: int, inflation: int, n: int = 12) -> SourceStrength:
    return SourceStrength(
        kind=kind, party_kind="x", party_id=1, version=3, gain_milli=gain, inflation_milli=inflation, n=n
    )


@pytest.mark.parametrize(
    ("inflation", "said"),
    [
        (60, "Marks as others do, by 12 marks."),
        (-430, "Marks 0.4 of a level lower than others do, by 12 marks."),
        (520, "Marks 0.5 of a level higher than others do, by 12 marks."),
    ],
)
def test_how_someone_marks_is_said_against_others(inflation: int, said: str) -> None:
    assert marks_words(learned(SourceKind.RATER, 1000, inflation)) == said


@pytest.mark.parametrize(
    ("gain", "inflation", "said"),
    [
        (1000, 20, "They say what the work of their holders then showed. They weigh 100 %"),
        (400, 2700, "They stand 1.2 of a level higher than the work of their holders. They weigh 16 %"),
        (1100, -900, "They stand 0.6 of a level lower than the work of their holders. They weigh 100 %"),
    ],
)
def test_what_an_issuers_credentials_are_worth_is_said_with_its_people(
    gain: int, inflation: int, said: str
) -> None:
    found = credentials_words(learned(SourceKind.ISSUER, gain, inflation))
    assert found.startswith(said)
    assert found.endswith("From 12 people who hold one and were assessed here afterwards.")


def test_of_who_is_not_known_nothing_is_said() -> None:
    assert marks_words(None) == credentials_words(None) == ""


def test_an_organisation_that_marks_severely_reads_so_on_its_page(client: Client, make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    people = [make.person(f"Person {n}") for n in range(8)]
    with make.write() as db:
        for n, person in enumerate(people):
            record(db, person.id, sheets, Kind.ASSESSMENT, 1.5, n, party=("organisation", make.bakery.id))
            record(db, person.id, sheets, Kind.ASSESSMENT, 3.5, 100 + n, party=("organisation", 99))
    page = f"/organisations/{make.bakery.public_id}"
    assert "How it marks" not in words(client.get(page))
    with make.write() as db:
        learning.publish(db, learning.learn(db, clock.now()), clock.now())
    said = words(client.get(page))
    assert "Marks 1.0 of a level lower than others do, by 8 marks." in said
    assert "Release 1." in said
