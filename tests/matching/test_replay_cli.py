"""`market ranking replay`: the verdict by its words and by how it ends."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, delete
from typer.testing import CliRunner

from market import clock, serving
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
from market.matching.retention import forget_old

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
    assert "1 of 12 places" in found.output


def test_a_list_of_which_nobody_is_left_ends_by_itself(number: str) -> None:
    with _open() as db:
        db.exec(delete(RankingRow))
    found = RUN.invoke(app, ["ranking", "replay", number])
    assert found.exit_code == 3
    assert "Nothing is left to compare.\nErased since: places 1, 2," in found.output
    assert "all 12 places." in found.output
    assert "same order" not in found.output
    assert "Identical" not in found.output


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("400", "after 400 days (MARKET_RANKING_LOG_DAYS) and may have forgotten it"),
        ("0", "forgets none now (MARKET_RANKING_LOG_DAYS is 0)"),
    ],
)
def test_a_list_that_was_forgotten_is_not_said_never_to_have_been(
    number: str, days: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move(timedelta(days=1096))
    with _open() as db:
        assert forget_old(db, clock.now()) == 1
    monkeypatch.setenv("MARKET_RANKING_LOG_DAYS", days)
    found = RUN.invoke(app, ["ranking", "replay", number])
    assert found.exit_code == 2
    assert f"No list {number} is kept." in found.output
    assert said in " ".join(found.output.split())


def test_a_list_that_was_changed(number: str) -> None:
    with _open() as db:
        db.get_one(Ranking, 1).tie_b += 1
    found = RUN.invoke(app, ["ranking", "replay", number])
    assert found.exit_code == 1
    assert "Not identical." in found.output


def test_a_list_that_is_not_there(number: str) -> None:
    found = RUN.invoke(app, ["ranking", "replay", "nothing"])
    assert found.exit_code == 2
    assert "No list nothing is kept." in found.output
    assert "after 1095 days" in found.output


def test_the_help_says_each_way_to_end() -> None:
    said = " ".join(RUN.invoke(app, ["ranking", "replay", "--help"]).output.split())
    for way in ("0 when", "1 when", "2 when", "3 when"):
        assert way in said
