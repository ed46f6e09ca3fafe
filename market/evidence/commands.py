"""What operators do with levels by hand: make them anew, and publish a release of severity and strength.

Each step is a transaction of its own, so that the site goes on beside it and an interruption loses at most one step.
"""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine, func
from sqlmodel import select

from market import clock
from market.db import transaction
from market.evidence import learning, levels
from market.evidence.models import PersonSkill, Rebuild, SourceKind

SHOWN = 20


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def rebuild(engine: Engine, *, anew: bool = False) -> tuple[int, bool]:
    """Every level from the ledger; how many people there were in this run and before it, and whether it was resumed."""
    with _bar() as bar:
        with transaction(engine, write=True) as db:
            run = levels.rebuild_begun(db, anew=anew)
            number, done = run.id, run.people_count
            task = bar.add_task("people", completed=done, total=done + levels.people_left(db, run))
        resumed = done > 0
        while True:
            with transaction(engine, write=True) as db:
                run = db.get_one(Rebuild, number)
                some = levels.rebuild_some(db, run)
                done = run.people_count
            if not some:
                return done, resumed
            bar.update(task, completed=done)


def learn(engine: Engine, *, dry_run: bool = False) -> list[str]:
    """What was learned and published, in sentences. The ledger is read outside the transaction that writes."""
    with _bar() as bar:
        with transaction(engine, write=False) as db:
            learned = learning.learn(db, clock.now())
        said = [
            f"Learned from {learned.marks} marks and {learned.holders} credentials of people assessed here."
        ]
        said += [_words(source, value) for source, value in sorted(learned.changed.items())[:SHOWN]]
        if len(learned.changed) > SHOWN:
            said.append(f"and {len(learned.changed) - SHOWN} more")
        if dry_run:
            return [*said, f"A release would change {len(learned.changed)} sources."]
        if not learned.changed:
            return [*said, "Nothing that matters has changed: no release."]
        with transaction(engine, write=True) as db:
            release = learning.publish(db, learned, clock.now()).version
            due = select(func.count()).select_from(PersonSkill).where(levels.due(clock.today()))
            task = bar.add_task("levels", total=db.exec(due).one())
        touched = 0
        while True:
            with transaction(engine, write=True) as db:
                some = levels.refresh(db, clock.now())
            if not some:
                break
            touched += some
            bar.update(task, completed=touched)
        return [
            *said,
            f"Release {release}: {len(learned.changed)} sources changed, {touched} levels looked at.",
        ]


def _words(source: learning.Source, value: learning.Value) -> str:
    kind, of, number = source
    if kind is SourceKind.RATER:
        return f"  {of} {number} marks {value.inflation_milli / 1000:+.2f} against others ({value.n} marks)"
    return f"  {of} {number}: gain {value.gain_milli / 1000:.2f}, inflation {value.inflation_milli / 1000:+.2f} ({value.n} people)"
