"""What the rows of a taxonomy come to in the database: new skills and names, changed ones, alignments and relations.

A row means the skill that has its key, else the skill that is aligned to its address in a framework. The list that a
skill's key comes from may rename it; other lists only add names, so that two lists never undo each other. A plain list
is the site's own: it takes over a framework's skill that it is aligned to. Bulk statements of SQLAlchemy Core, with what
is there already read once for each batch.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlmodel import Session

from market import clock
from market.db import new_public_id
from market.skills.models import (
    LabelKind,
    RelationKind,
    Skill,
    SkillAlignment,
    SkillKind,
    SkillLabel,
    SkillRelation,
    SkillStatus,
)
from market.skills.names import normalise
from market.skills.readers import Refused
from market.skills.records import LabelRecord, RelationRecord, SkillRecord

_SKILL: Table = Skill.__table__  # type: ignore[attr-defined]
_LABEL: Table = SkillLabel.__table__  # type: ignore[attr-defined]
_ALIGNMENT: Table = SkillAlignment.__table__  # type: ignore[attr-defined]
_RELATION: Table = SkillRelation.__table__  # type: ignore[attr-defined]

Named = SkillRecord | LabelRecord
_FRAMEWORK = "esco"  # the one that other lists point to by address


@dataclass
class _Skills:
    """The skills that a batch speaks of, as they are in the database."""

    by_key: dict[str, int]
    by_address: dict[tuple[str, str], int]
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)

    def id_of(self, record: Named) -> int | None:
        found = self.by_key.get(record.key)
        addresses = record.alignments if isinstance(record, SkillRecord) else ((_FRAMEWORK, record.key),)
        return found or next((self.by_address[a] for a in addresses if a in self.by_address), None)

    def may_rename(self, skill_id: int, record: Named) -> bool:
        """Only the list that the key comes from; a merged skill's list does not rename the one that stands for it."""
        return bool(self.rows[skill_id]["key"] == record.key)


def take_names(
    db: Session, records: Sequence[Named], counts: Counter[str], *, is_own_list: bool
) -> list[Refused]:
    """Write skills and names; `counts` grows by what was written. The rows that were left out, with the reason."""
    left: list[Refused] = []
    skills = _known(db, records)
    new: list[SkillRecord] = []
    for record in records:
        if skills.id_of(record) is not None:
            if is_own_list and isinstance(record, SkillRecord) and record.key not in skills.by_key:
                _take_over(db, skills, record, new, left, counts)
        elif isinstance(record, LabelRecord):
            left.append(Refused(record.line, f"There is no skill {record.key}: its name was left out."))
        else:
            new.append(record)
    _insert_skills(db, skills, new, counts)
    _change_skills(db, skills, records, counts)
    _write_labels(db, skills, records, counts)
    _write_alignments(db, skills, records, counts)
    return left


def take_relations(db: Session, records: Sequence[RelationRecord], counts: Counter[str]) -> list[Refused]:
    """Write relations between skills there are; the rows that were left out, with the reason."""
    keys = {key for record in records for key in (record.key, record.other)}
    skills = _Skills(_ids_by_key(db, keys), _ids_by_address(db, keys))
    ids = {uri: i for (framework, uri), i in skills.by_address.items() if framework == _FRAMEWORK}
    ids |= skills.by_key
    there = {
        (row.narrower_id, row.broader_id): row.kind
        for row in db.execute(select(_RELATION).where(_RELATION.c.narrower_id.in_(set(ids.values()))))
    }
    left: list[Refused] = []
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for record in records:
        missing = next((key for key in (record.key, record.other) if key not in ids), None)
        if missing is not None:
            left.append(Refused(record.line, f"There is no skill {missing}: the relation was left out."))
            continue
        ends = ids[record.key], ids[record.other]
        kind = RelationKind.BROADER if record.is_broader else RelationKind.RELATED
        if ends[0] == ends[1]:
            continue  # the two were merged since
        if ends not in there:
            new.append({"narrower_id": ends[0], "broader_id": ends[1], "kind": kind})
            there[ends] = kind
        elif there[ends] is RelationKind.RELATED and kind is RelationKind.BROADER:
            changed.append({"narrower": ends[0], "broader": ends[1], "to": kind})
            there[ends] = kind
    _many(db, insert(_RELATION), new, counts, "relations")
    same = (_RELATION.c.narrower_id == bindparam("narrower")) & (
        _RELATION.c.broader_id == bindparam("broader")
    )
    _many(
        db, update(_RELATION).where(same).values(kind=bindparam("to")), changed, counts, "relations changed"
    )
    return left


# -- which skill is meant


def _known(db: Session, records: Iterable[Named]) -> _Skills:
    keys: set[str] = set()
    addresses: set[str] = set()
    for record in records:
        keys.add(record.key)
        if isinstance(record, SkillRecord):
            addresses.update(uri for _framework, uri in record.alignments)
        else:
            addresses.add(record.key)
    skills = _Skills(_ids_by_key(db, keys), _ids_by_address(db, addresses))
    _load(db, skills, {*skills.by_key.values(), *skills.by_address.values()})
    return skills


def _ids_by_key(db: Session, keys: Iterable[str]) -> dict[str, int]:
    """Skill ids; of a merged skill that of the one that stands for it."""
    standing = func.coalesce(_SKILL.c.merged_into_id, _SKILL.c.id)
    return {
        row[0]: row[1]
        for row in db.execute(select(_SKILL.c.key, standing).where(_SKILL.c.key.in_(set(keys))))
    }


def _ids_by_address(db: Session, uris: Iterable[str]) -> dict[tuple[str, str], int]:
    wanted = select(_ALIGNMENT.c.framework, _ALIGNMENT.c.uri, _ALIGNMENT.c.skill_id)
    return {(r[0], r[1]): r[2] for r in db.execute(wanted.where(_ALIGNMENT.c.uri.in_(set(uris))))}


_COLUMNS = ("key", "kind", "family", "name", "description", "field")


def _load(db: Session, skills: _Skills, ids: set[int]) -> None:
    wanted = select(_SKILL.c.id, *(_SKILL.c[name] for name in _COLUMNS)).where(_SKILL.c.id.in_(ids))
    skills.rows |= {row.id: row._asdict() for row in db.execute(wanted)}


def _take_over(
    db: Session,
    skills: _Skills,
    record: SkillRecord,
    new: list[SkillRecord],
    left: list[Refused],
    counts: Counter[str],
) -> None:
    """The site's own list names a skill of a framework: from now on the row of the list says what it is called."""
    skill_id = skills.id_of(record)
    assert skill_id is not None
    row = skills.rows[skill_id]
    if row["key"] is not None and ":" not in row["key"]:
        words = f"{record.alignments[0][1]} is {row['name']} already: {record.name} was kept without that address."
        left.append(Refused(record.line, words))
        new.append(record)
        return
    db.execute(update(_SKILL).where(_SKILL.c.id == skill_id).values(key=record.key))
    row["key"] = record.key
    skills.by_key[record.key] = skill_id
    counts["skills changed"] += 1


# -- writing


def _insert_skills(
    db: Session, skills: _Skills, records: Iterable[SkillRecord], counts: Counter[str]
) -> None:
    now = clock.now()
    rows = {
        record.key: {
            "public_id": new_public_id(),
            "status": SkillStatus.ACTIVE,
            "created_at": now,
            **_columns(record),
        }
        for record in records
    }
    _many(db, insert(_SKILL), list(rows.values()), counts, "skills")
    if rows:
        skills.by_key |= _ids_by_key(db, rows)
        for key, row in rows.items():
            skills.rows[skills.by_key[key]] = {"id": skills.by_key[key], **row}


def _columns(record: SkillRecord) -> dict[str, Any]:
    return {
        "key": record.key,
        "kind": SkillKind.GROUP if record.is_group else SkillKind.SKILL,
        "family": record.family,
        "name": record.name,
        "description": record.description,
        "field": record.field,
    }


def _change_skills(db: Session, skills: _Skills, records: Iterable[Named], counts: Counter[str]) -> None:
    """Bring the skills of this list to what it says now. A field of work that the list leaves open stays as it is."""
    changed = []
    for record in records:
        skill_id = skills.id_of(record)
        if not isinstance(record, SkillRecord) or skill_id is None or not skills.may_rename(skill_id, record):
            continue
        row, said = skills.rows[skill_id], _columns(record)
        said["field"] = said["field"] or row["field"]
        if any(row[name] != said[name] for name in _COLUMNS):
            changed.append({"skill": skill_id, **{f"to_{name}": said[name] for name in _COLUMNS}})
            row |= said
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in _COLUMNS}
    statement = update(_SKILL).where(_SKILL.c.id == bindparam("skill")).values(**values)
    _many(db, statement, changed, counts, "skills changed")


def _write_labels(db: Session, skills: _Skills, records: Sequence[Named], counts: Counter[str]) -> None:
    ids = {i for record in records if (i := skills.id_of(record)) is not None}
    there: dict[tuple[int, str], dict[str, dict[str, Any]]] = {}
    for row in db.execute(select(_LABEL).where(_LABEL.c.skill_id.in_(ids))):
        there.setdefault((row.skill_id, row.language), {})[row.norm] = row._asdict()
    new: list[dict[str, Any]] = []
    changed: dict[int, dict[str, Any]] = {}
    for record in records:
        skill_id = skills.id_of(record)
        if skill_id is None:
            continue
        names = there.setdefault((skill_id, record.language), {})
        for text, kind in _wanted(record, names, renames=skills.may_rename(skill_id, record)):
            norm = normalise(text)
            known = names.get(norm)
            if kind is LabelKind.PREFERRED:
                _step_back(names, norm, changed)
            if known is None:
                names[norm] = {
                    "skill_id": skill_id,
                    "language": record.language,
                    "kind": kind,
                    "text": text,
                    "norm": norm,
                }
                new.append(names[norm])
            elif _rank(kind) < _rank(known["kind"]) or (
                kind is LabelKind.PREFERRED and known["text"] != text
            ):
                known |= {"kind": kind, "text": text}
                _note(known, changed)
    _many(db, insert(_LABEL), new, counts, "names")
    values: dict[str, Any] = {"kind": bindparam("to_kind"), "text": bindparam("to_text")}
    statement = update(_LABEL).where(_LABEL.c.id == bindparam("label")).values(**values)
    _many(db, statement, list(changed.values()), counts, "names changed")


def _wanted(
    record: Named, names: dict[str, dict[str, Any]], *, renames: bool
) -> Iterable[tuple[str, LabelKind]]:
    """The names of a record. A list that may not rename gives the skill its name only in a language it had none in."""
    has_other = any(
        one["kind"] is LabelKind.PREFERRED and norm != normalise(record.name) for norm, one in names.items()
    )
    yield record.name, LabelKind.PREFERRED if renames or not has_other else LabelKind.ALTERNATIVE
    if isinstance(record, SkillRecord):
        yield from ((text, LabelKind.ALTERNATIVE) for text in record.alternatives)
        yield from ((text, LabelKind.HIDDEN) for text in record.hidden)


def _step_back(names: dict[str, dict[str, Any]], norm: str, changed: dict[int, dict[str, Any]]) -> None:
    """A language has one preferred name: the one before becomes another name."""
    for other, one in names.items():
        if other != norm and one["kind"] is LabelKind.PREFERRED:
            one["kind"] = LabelKind.ALTERNATIVE
            _note(one, changed)


def _note(label: dict[str, Any], changed: dict[int, dict[str, Any]]) -> None:
    """Have a label that is in the database already written again; a new one is inserted as it stands."""
    if "id" in label:
        changed[label["id"]] = {"label": label["id"], "to_kind": label["kind"], "to_text": label["text"]}


def _rank(kind: LabelKind) -> int:
    return list(LabelKind).index(kind)


def _write_alignments(db: Session, skills: _Skills, records: Sequence[Named], counts: Counter[str]) -> None:
    new = []
    for record in records:
        if not isinstance(record, SkillRecord):
            continue
        for address in record.alignments:
            skill_id = skills.id_of(record)
            if address not in skills.by_address and skill_id is not None:
                skills.by_address[address] = skill_id
                new.append({"skill_id": skill_id, "framework": address[0], "uri": address[1]})
    _many(db, insert(_ALIGNMENT), new, counts, "alignments")


def _many(db: Session, statement: Any, rows: list[dict[str, Any]], counts: Counter[str], what: str) -> None:
    if rows:
        db.connection().execute(statement, rows)
        counts[what] += len(rows)
