"""`market ranking replay`: the verdict by its words and by how it ends."""

from pathlib import Path

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from market import serving
from market.access import VISITOR
from market.accounts.models import Person
from market.cli import app
from market.config import from_environment
from market.db import transaction
from market.matching import log, service
from market.matching.core.contract import Requirement, Tie
from market.matching.core.listing import in_order
from market.matching.core.policy import DEFAULTS, Candidate
from market.matching.models import Ranking, RankingKind, RankingRow
from market.matching.queries import Findable

RUN = CliRunner()


@pytest.fixture
def number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A list of twelve people in the log of a site of its own."""
    monkeypatch.setenv("MARKET_DATA", str(tmp_path))
    monkeypatch.delenv("MARKET_DATABASE_URL", raising=False)
    serving.migrate(from_environment())
    asked, tie = [Requirement(1, 2, 5, True)], Tie(3, 1)
    with _open() as db:
        people = [Person() for _ in range(12)]
        db.add_all(people)
        db.flush()
        pool = [Candidate(p.id, (60 + p.id,), (200,), n > 9) for n, p in enumerate(people)]
        of = log.Of(RankingKind.SEARCH, VISITOR, Findable())
        ranking, rows = log.drawn(pool, in_order(pool, asked, tie, DEFAULTS), asked, tie, DEFAULTS, of)
        service.keep(db, ranking, rows)
        return ranking.public_id


class _open:
    """One transaction of its own on the site's database."""

    def __enter__(self) -> Session:
        self.engine = serving.open_database(from_environment())
        self.work = transaction(self.engine, write=True)
        return self.work.__enter__()

    def __exit__(self, *error: object) -> None:
        self.work.__exit__(*error)  # type: ignore[arg-type]
        self.engine.dispose()


def test_a_list_that_stands_as_it_was(number: str) -> None:
    found = RUN.invoke(app, ["ranking", "replay", number])
    assert found.exit_code == 0, found.output
    assert f"List {number}, search" in found.output
    assert "policy version 2" in found.output
    assert "Identical: 12 places, each with the same person, score and mark." in found.output


def test_a_list_with_someone_erased_since(number: str) -> None:
    with _open() as db:
        db.delete(db.get_one(RankingRow, (1, 4)))
    found = RUN.invoke(app, ["ranking", "replay", number])
    assert found.exit_code == 0
    assert "The 11 places that are left stand in the same order.\nErased since: place 4." in found.output


def test_a_list_that_was_changed(number: str) -> None:
    with _open() as db:
        db.get_one(Ranking, 1).tie_b += 1
    found = RUN.invoke(app, ["ranking", "replay", number])
    assert found.exit_code == 1
    assert "Not identical." in found.output


def test_a_list_that_is_not_there(number: str) -> None:
    found = RUN.invoke(app, ["ranking", "replay", "nothing"])
    assert found.exit_code == 2
    assert "no list nothing" in found.output
