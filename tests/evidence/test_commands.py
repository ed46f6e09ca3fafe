"""`market evidence rebuild` and `learn`: what an operator does with levels by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from typer.testing import CliRunner

from market import serving
from market.accounts.models import Person
from market.cli import app
from market.config import from_environment
from market.db import transaction
from market.evidence import levels
from market.evidence.models import Kind, PersonSkill, Rebuild, Release
from market.skills.models import Skill
from tests.evidence.ledger import record

RUN = CliRunner()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A site of its own with twelve people whom a severe and a lenient organisation assess."""
    monkeypatch.setenv("MARKET_DATA", str(tmp_path))
    monkeypatch.delenv("MARKET_DATABASE_URL", raising=False)
    serving.migrate(from_environment())
    engine = serving.open_database(from_environment())
    with transaction(engine, write=True) as db:
        people, sheets = [Person() for _ in range(12)], Skill(name="Spreadsheets")
        db.add_all([*people, sheets])
        db.flush()
        for n, person in enumerate(people):
            for level, party in ((1.5, 1), (3.5, 2)):
                source = 100 * party + n
                record(
                    db, person.id, sheets.id, Kind.ASSESSMENT, level, source, party=("organisation", party)
                )
    yield engine
    engine.dispose()


def stored(db: Session) -> list[int]:
    return list(db.exec(select(PersonSkill.level).order_by(col(PersonSkill.person_id))))


def test_a_rebuild_says_how_many_people_and_goes_on_after_an_interruption(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(engine, write=True) as db:
        true = stored(db)
        for row in db.exec(select(PersonSkill)):
            row.level = 255
            db.add(row)
    steps = iter((3, 3))

    def some(db: Session, run: Rebuild, most: int = 3) -> int:
        if next(steps, None) is None:
            raise KeyboardInterrupt
        return real(db, run, 3)

    real = levels.rebuild_some
    with monkeypatch.context() as patch:
        patch.setattr(levels, "rebuild_some", some)
        assert RUN.invoke(app, ["evidence", "rebuild"]).exit_code == 130
    with transaction(engine, write=False) as db:
        assert stored(db) == true[:6] + [255] * 6
    found = RUN.invoke(app, ["evidence", "rebuild"])
    assert found.exit_code == 0, found.output
    assert "Levels of 12 people made anew. Went on after an interruption." in found.output
    with transaction(engine, write=False) as db:
        assert stored(db) == true
    assert "Went on" not in RUN.invoke(app, ["evidence", "rebuild", "--anew"]).output


def test_learning_can_be_looked_at_before_it_is_published(engine: Engine) -> None:
    with transaction(engine, write=False) as db:
        before = stored(db)
    looked = RUN.invoke(app, ["evidence", "learn", "--dry-run"])
    assert "Learned from 24 marks" in looked.output
    assert "organisation 1 marks -0." in looked.output
    assert "A release would change 2 sources." in looked.output
    with transaction(engine, write=False) as db:
        assert (stored(db), db.exec(select(Release)).all()) == (before, [])
    done = RUN.invoke(app, ["evidence", "learn"])
    assert done.exit_code == 0, done.output
    assert "Release 1: 2 sources changed, 12 levels looked at." in done.output
    again = RUN.invoke(app, ["evidence", "learn"])
    assert "Nothing that matters has changed: no release." in again.output
