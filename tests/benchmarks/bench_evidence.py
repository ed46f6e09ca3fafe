"""What it costs to record one item of evidence, with partial credit along the whole of ESCO.

    .venv/bin/python -m tests.benchmarks.bench_evidence [FOLDER OF TAXONOMIES]

Takes ESCO into a new SQLite file, gives people about twelve skills each, and records more: milliseconds of CPU for one
item, and how many stored levels it wrote. Then the nightly sweep a week later, and a rebuild of everyone.
"""

import sys
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlalchemy import func
from sqlmodel import select

from market import clock
from market.accounts.models import Person
from market.db import connect, transaction
from market.evidence import levels, service
from market.evidence.models import Kind, PersonSkill
from market.migrations import migrate
from market.skills import importing
from market.skills.models import Skill, SkillKind

PEOPLE, SKILLS, MEASURED = 200, 12, 500
HERE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "taxonomy"


def main(folder: Path) -> None:
    """Print the figures."""
    chance = Random(7)
    with TemporaryDirectory() as place:
        engine = connect(f"sqlite:///{place}/bench.db", synchronous="NORMAL")
        migrate.upgrade(engine)
        importing.import_path(folder, partial(transaction, engine, write=True), lambda _now: None)
        with transaction(engine, write=True) as db:
            people = [Person() for _ in range(PEOPLE)]
            db.add_all(people)
            db.flush()
            ids = [one.id for one in people]
            skills = list(db.exec(select(Skill.id).where(Skill.kind == SkillKind.SKILL)))
        source = 0

        def record(person: int) -> float:
            nonlocal source
            source += 1
            kind = chance.choice([Kind.PROJECT, Kind.ENDORSEMENT, Kind.ASSESSMENT])
            with transaction(engine, write=True) as db:
                began = time.process_time()
                service.record(
                    db,
                    person_id=person,
                    skill_id=chance.choice(skills),
                    kind=kind,
                    reading_milli=chance.randrange(5001),
                    source=("bench", source),
                    party=("organisation", chance.randrange(1, 40)),
                )
                return 1000 * (time.process_time() - began)

        for person in ids:
            for _ in range(SKILLS):
                record(person)
        spent = sorted(record(chance.choice(ids)) for _ in range(MEASURED))
        print(f"one item: p50 {spent[MEASURED // 2]:.2f} ms, p99 {spent[MEASURED * 99 // 100]:.2f} ms of CPU")
        with transaction(engine, write=False) as db:
            counted = select(func.count()).select_from(PersonSkill)
            whole, credited = db.exec(counted).one(), db.exec(counted.where(PersonSkill.via_steps != 0)).one()
            print(f"stored levels: {whole}, of them {credited} by credit from another skill")
        with clock.standing(clock.now() + timedelta(days=1)), transaction(engine, write=True) as db:
            began, touched = time.process_time(), 0
            while some := service.refresh(db, clock.now()):
                touched += some
            print(f"the sweep a day later: {touched} of {whole}, {time.process_time() - began:.2f} s of CPU")
        with transaction(engine, write=True) as db:
            began = time.process_time()
            count = levels.rebuild(db)
            print(f"a rebuild: {count} people in {time.process_time() - began:.2f} s of CPU")
        engine.dispose()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
