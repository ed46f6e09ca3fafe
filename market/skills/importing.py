"""Taking a taxonomy in: ESCO, O*NET or a plain list, in batches that each commit, so that a stopped import goes on.

Whoever calls owns the transactions and hands over `begin`, which opens one. After each batch the line is kept in
`skill_import`, with the batch, so that an import that was killed goes on after the last batch that was committed. What was
taken in before is read again all the same, so that the report names every row that is left out: reading is nearly all of
the work, and nothing is written unless the taxonomy changed. What a row says goes to the database in `importing_rows`;
here is the order of things, and the report.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sqlmodel import Session, select

from market import clock
from market.skills import importing_rows
from market.skills.importing_fields import fill_fields
from market.skills.models import SkillImport
from market.skills.readers import Refused, line_count, read, sources
from market.skills.records import Form, Record, RelationRecord, Source
from market.skills.service import touch

Begin = Callable[[], AbstractContextManager[Session]]

BATCH_LINES = 1_000
"""Rows of a file that are committed together: about 6,000 names of ESCO."""

_RELATION_FORMS = (Form.ESCO_BROADER, Form.ESCO_RELATED)
_BOTH_FORMS = (Form.ONET, Form.PLAIN)


class Left(NamedTuple):
    """A row that was left out, wholly or in part."""

    file: str
    line: int
    reason: str


class Progress(NamedTuple):
    """How far a file is: `line` of `lines`."""

    file: str
    part: str
    line: int
    lines: int


@dataclass
class Report:
    """What an import did. `counts` are rows written: skills, names, relations and so on; all zero the second time."""

    counts: Counter[str] = field(default_factory=Counter)
    left: list[Left] = field(default_factory=list)
    resumed: list[tuple[str, int]] = field(default_factory=list)
    """(file, line): files that were gone on with after this line."""
    files: int = 0


def _ignore(progress: Progress) -> None:
    pass


def import_path(path: Path, begin: Begin, tell: Callable[[Progress], None] = _ignore) -> Report:
    """Take in every file at `path` that holds skills. Raises FileNotFoundError; a report without files is nothing found."""
    report = Report()
    for source in sources(path):
        report.files += 1
        lines = line_count(source.path)
        digest = _sha256(source.path)
        for part in _parts(source):
            _import_part(source, part, digest, lines, begin, tell, report)
    with begin() as db:
        if changed := fill_fields(db):
            report.counts["skills listed under a field"] += changed
    return report


def _parts(source: Source) -> tuple[str, ...]:
    """Names before relations, so that a row may point to one further down."""
    if source.form in _BOTH_FORMS:
        return ("names", "relations")
    return ("relations",) if source.form in _RELATION_FORMS else ("names",)


def _import_part(
    source: Source,
    part: str,
    digest: str,
    lines: int,
    begin: Begin,
    tell: Callable[[Progress], None],
    report: Report,
) -> None:
    name = source.path.name
    with begin() as db:
        checkpoint = _checkpoint(db, digest, part)
        is_new = checkpoint is None or checkpoint.finished_at is None
        start = checkpoint.line_done if checkpoint is not None and is_new else 0
        if checkpoint is None:
            db.add(SkillImport(sha256=digest, part=part, name=name))
    if start:
        report.resumed.append((name, start))
    before = sum(report.counts.values())
    for batch in _batches(read(source)):
        with begin() as db:
            report.left.extend(
                Left(name, one.line, one.reason) for one in _take(db, source, part, batch, report)
            )
            if is_new and batch[-1].line > start and (checkpoint := _checkpoint(db, digest, part)):
                checkpoint.line_done = batch[-1].line
                db.add(checkpoint)
        tell(Progress(name, part, batch[-1].line, lines))
    with begin() as db:
        if is_new and (checkpoint := _checkpoint(db, digest, part)):
            checkpoint.finished_at = clock.now()
            db.add(checkpoint)
        if is_new or sum(report.counts.values()) > before:
            touch(db)
    tell(Progress(name, part, lines, lines))


def _take(
    db: Session, source: Source, part: str, batch: list[Record | Refused], report: Report
) -> Iterable[Refused]:
    """Write one batch; the rows that were left out."""
    relations = [one for one in batch if isinstance(one, RelationRecord)]
    if part == "relations":
        faults = [one for one in batch if isinstance(one, Refused)] if source.form in _RELATION_FORMS else []
        return [*faults, *importing_rows.take_relations(db, relations, report.counts)]
    faults = [one for one in batch if isinstance(one, Refused)]
    named = [one for one in batch if not isinstance(one, Refused | RelationRecord)]
    is_own = source.form is Form.PLAIN
    return [*faults, *importing_rows.take_names(db, named, report.counts, is_own_list=is_own)]


def _batches(records: Iterator[Record | Refused]) -> Iterator[list[Record | Refused]]:
    """Records in groups of about `BATCH_LINES` lines; what shares a line stays together."""
    batch: list[Record | Refused] = []
    count = 0
    for record in records:
        if batch and record.line != batch[-1].line:
            count += 1
            if count >= BATCH_LINES:
                yield batch
                batch, count = [], 0
        batch.append(record)
    if batch:
        yield batch


def _checkpoint(db: Session, digest: str, part: str) -> SkillImport | None:
    return db.exec(select(SkillImport).where(SkillImport.sha256 == digest, SkillImport.part == part)).first()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
