"""How an organisation marks stands on its page, in words, with the number it was learned from."""

import pytest

from market import clock
from market.evidence import learning
from market.evidence.models import Kind, SourceKind, SourceStrength
from market.evidence.panels import marks_words
from tests.evidence.ledger import record, skill
from tests.support.client import Client, words
from tests.support.world import World


def learned(inflation: int) -> SourceStrength:
    return SourceStrength(
        kind=SourceKind.RATER, party_kind="x", party_id=1, version=3, inflation_milli=inflation, n=12
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
    assert marks_words(learned(inflation)) == said


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
