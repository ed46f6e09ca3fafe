"""What an issuer's credentials are worth here is published on its page, with the number of people it was learned from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from market import clock
from market.evidence import learning
from market.evidence.models import Kind, SourceKind, SourceStrength
from market.trust.models import KnownIssuer, Registry, RegistryEntry, RegistryKind
from market.trust.sentences import strength_words
from tests.evidence.ledger import record, skill
from tests.support.client import Client, words
from tests.support.world import World


@pytest.mark.parametrize(
    ("gain", "inflation", "said"),
    [
        (1000, 0, "as well as they should. They read about as high as later work shows."),
        (600, 1800, "less well than most. They read about 0.8 of a level too high, which is taken off."),
        (100, 4350, "hardly at all, so they weigh little. They read about 2.1 of a level too high"),
        (1000, -500, "as well as they should. They read about 0.5 of a level too low, which is added."),
    ],
)
def test_what_credentials_are_worth_is_said_in_words(gain: int, inflation: int, said: str) -> None:
    found = SourceStrength(
        kind=SourceKind.ISSUER, party_kind="issuer", party_id=1, version=1, gain_milli=gain, inflation_milli=inflation, n=9
    )  # fmt: skip
    assert said in strength_words(found)


def test_it_stands_on_the_issuers_page_from_five_people_on(client: Client, make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        mill = KnownIssuer(uri="did:web:mill.example", name="Any Badge")
        db.add(mill)
        db.flush()
        number, page = mill.id, f"/issuers/{mill.public_id}"
    today = clock.today()

    def assessed(first: int, last: int) -> None:
        holders = [make.person() for _ in range(first, last)]
        with make.write() as db:
            for n, one in enumerate(holders, first):
                on, level = today - timedelta(days=100), 1 + n % 3
                record(db, one.id, sheets, Kind.CREDENTIAL, 4.8, n, party=("issuer", number), occurred_on=on)
                record(db, one.id, sheets, Kind.ASSESSMENT, level, n, party=("organisation", 70 + n))
            learning.publish(db, learning.learn(db, clock.now()), clock.now())

    assessed(0, 4)
    assert "only credentials of issuers that are known here count" in words(client.get(page))
    with make.write() as db:
        colleges = Registry(kind=RegistryKind.DCC, name="Colleges", url="https://colleges.example/list")
        db.add(colleges)
        db.flush()
        db.add(RegistryEntry(registry_id=colleges.id, issuer_id=number, name="Any Badge"))
    assert "It is on trial" in words(client.get(page))
    assessed(4, 6)
    said = words(client.get(page))
    assert "of a level too high, which is taken off." in said
    assert "People it was learned from 6" in said
    assert "Release 2" in said
    assert "Gain 0." in said
