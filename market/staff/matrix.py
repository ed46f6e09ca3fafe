"""The skill matrix: an organisation's needs, its members who agreed, and how far each goes. Two statements for a page."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal, select, tuple_, union_all
from sqlmodel import Session, col, delete
from sqlmodel import select as pick

from market.access import SYSTEM, Actor, require
from market.accounts.models import Organisation, Person, PersonStatus
from market.errors import Conflict, NotFound
from market.evidence.models import PersonSkill
from market.evidence.posterior import UNITS
from market.matching.core.contract import minimum
from market.opportunities.models import Opportunity, Requirement
from market.opportunities.rules import Status
from market.outbox import Event, announce
from market.skills.models import Skill
from market.staff import queries, rules
from market.staff.models import MatrixConsent, Need
from market.staff.rules import Shown
from market.web.show import plain_cell
from market.words import _

MOST_ROWS = 2000  # people in one CSV


class NeedRow(NamedTuple):
    """One column: a skill, the level needed, and where that comes from."""

    skill_id: int
    skill_public_id: str
    skill: str
    level: int
    own: bool  # set by the organisation itself; else the highest its published openings ask


class Cell(NamedTuple):
    """One person in one skill. The numbers are levels, 0 to 5, and nothing without evidence."""

    need: NeedRow
    shown: Shown
    counts: float = 0.0
    lo: float = 0.0
    hi: float = 0.0
    tier: int = 0


class PersonRow(NamedTuple):
    id: int
    public_id: str
    name: str
    cells: tuple[Cell, ...]

    @property
    def gaps(self) -> int:
        return sum(1 for one in self.cells if one.shown is not Shown.MEETS)


class Needs(NamedTuple):
    """An organisation and what it needs, by skill."""

    org_id: int
    public_id: str
    name: str
    rows: tuple[NeedRow, ...]


_OWN: Any = select(
    col(Need.org_id).label("org_id"),
    col(Need.skill_id).label("skill_id"),
    col(Need.level).label("level"),
    literal(1).label("own"),
)
_ASKED = (
    select(
        col(Opportunity.org_id),
        col(Requirement.skill_id),
        func.max(col(Requirement.level)),
        literal(0),
    )
    .join(Opportunity, col(Opportunity.id) == col(Requirement.opportunity_id))
    .where(col(Opportunity.version) == col(Requirement.version), col(Opportunity.status) == Status.PUBLISHED)
    .group_by(col(Opportunity.org_id), col(Requirement.skill_id))
)
_ALL = union_all(_OWN, _ASKED).subquery()
_NEEDS = (
    select(
        col(Organisation.id),
        col(Organisation.public_id),
        col(Organisation.name),
        col(Skill.id),
        col(Skill.public_id),
        col(Skill.name),
        _ALL.c.level,
        _ALL.c.own,
    )
    .outerjoin(_ALL, _ALL.c.org_id == col(Organisation.id))
    .outerjoin(Skill, col(Skill.id) == _ALL.c.skill_id)
    .where(col(Organisation.public_id) == bindparam("org"))
    .order_by(_ALL.c.own.desc(), col(Skill.name), col(Skill.id))
)


def needs(db: Session, actor: Actor, public_id: str) -> Needs:
    """What an organisation needs, for its owners; to everybody else it is not there. One statement.

    What it says itself comes before what its openings ask; at most `rules.MOST_NEEDS` skills.
    """
    rows = db.connection().execute(_NEEDS, {"org": public_id}).all()
    if not rows or not rules.may_read_matrix(actor, rows[0][0]):
        raise NotFound(_("There is no such page, or it is not yours to see."))
    found: dict[int, NeedRow] = {}
    for _org, _public_id, _name, skill_id, skill_public_id, skill, level, own in rows:
        if skill_id is not None:
            found.setdefault(skill_id, NeedRow(skill_id, skill_public_id, skill, level, bool(own)))
    kept = sorted(
        list(found.values())[: rules.MOST_NEEDS], key=lambda one: (one.skill.casefold(), one.skill_id)
    )
    return Needs(rows[0][0], rows[0][1], rows[0][2], tuple(kept))


_NAME = func.coalesce(col(Person.display_name), "")


def people(db: Session, wanted: Needs, size: int, after: tuple[str, int] | None = None) -> list[PersonRow]:
    """Members who agreed and have belonged ever since, by name, each against every need. One statement."""
    who: Any = (
        select(col(Person.id).label("id"), col(Person.public_id).label("public_id"), _NAME.label("name"))
        .join(MatrixConsent, col(MatrixConsent.person_id) == col(Person.id))
        .where(
            col(MatrixConsent.org_id) == wanted.org_id,
            col(Person.status) == PersonStatus.ACTIVE,
            queries.still_member(),
        )
        .order_by(_NAME, col(Person.id))
        .limit(size)
    )
    if after is not None:
        who = who.where(tuple_(_NAME, col(Person.id)) > tuple_(literal(after[0]), literal(after[1])))
    page = who.subquery()
    rows = db.connection().execute(
        select(
            page.c.id,
            page.c.public_id,
            page.c.name,
            col(PersonSkill.skill_id),
            col(PersonSkill.level),
            col(PersonSkill.mu),
            col(PersonSkill.sigma),
            col(PersonSkill.tier),
        )
        .outerjoin(
            PersonSkill,
            (col(PersonSkill.person_id) == page.c.id)
            & col(PersonSkill.skill_id).in_([one.skill_id for one in wanted.rows]),
        )
        .order_by(page.c.name, page.c.id)
    )
    found: dict[int, tuple[str, str, dict[int, Any]]] = {}
    for row in rows:
        levels = found.setdefault(row.id, (row.public_id, row.name, {}))[2]
        if row.skill_id is not None:
            levels[row.skill_id] = row
    return [
        PersonRow(id_, public_id, name, tuple(_cell(one, levels.get(one.skill_id)) for one in wanted.rows))
        for id_, (public_id, name, levels) in found.items()
    ]


def _cell(need: NeedRow, row: Any) -> Cell:
    if row is None:
        return Cell(need, Shown.NOTHING)
    lo, hi = rules.likely(row.mu, row.sigma)
    shown = rules.marked(row.level, minimum(need.level), UNITS)
    return Cell(need, shown, row.level / UNITS, lo, hi, row.tier)


def as_csv(rows: Sequence[PersonRow], words: dict[Shown, str]) -> str:
    """One line for each person and skill, for a spreadsheet. No cell is taken for a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    head = (_("Person"), _("Skill"), _("Level needed"), _("Counts as"), _("Likely from"), _("Likely to"))
    writer.writerow([*head, _("Tier"), _("Result")])
    for person in rows:
        for cell in person.cells:
            numbers = [f"{n:.1f}" for n in (cell.counts, cell.lo, cell.hi)] + [f"T{cell.tier}"]
            shown = ["", "", "", ""] if cell.shown is Shown.NOTHING else numbers
            name, skill = plain_cell(person.name), plain_cell(cell.need.skill)
            writer.writerow([name, skill, cell.need.level, *shown, words[cell.shown]])
    return file.getvalue()


def agree(db: Session, actor: Actor, org_id: int) -> None:
    """Stand in the matrix of an organisation one belongs to, from now on."""
    require(rules.may_appear(actor, org_id))
    before = db.get(MatrixConsent, (org_id, actor.id), with_for_update=True)
    if before is not None:
        if _holds(db, org_id, actor.id):
            return
        db.delete(before)  # given in an earlier time here
        db.flush()
    db.add(MatrixConsent(org_id=org_id, person_id=actor.id))
    db.flush()
    announce(db, "matrix.agreed", actor, subject=("organisation", org_id), person_id=actor.id)


def take_back(db: Session, actor: Actor, org_id: int) -> None:
    """Stand in it no more, from this moment."""
    if _forget(db, org_id, actor.id):
        subject = ("organisation", org_id)
        announce(db, "matrix.ended", actor, subject=subject, reason="taken_back", person_id=actor.id)


def _holds(db: Session, org_id: int, person_id: int) -> datetime | None:
    wanted = pick(MatrixConsent.agreed_at).where(
        MatrixConsent.org_id == org_id, MatrixConsent.person_id == person_id
    )
    return db.exec(wanted.where(queries.still_member())).first()


def _forget(db: Session, org_id: int, person_id: int) -> bool:
    gone = db.exec(
        delete(MatrixConsent).where(
            col(MatrixConsent.org_id) == org_id, col(MatrixConsent.person_id) == person_id
        )
    )
    return bool(gone.rowcount)


def end_for_leaver(db: Session, event: Event) -> None:
    """Delete the agreement of someone who left. Nobody saw it since: reading asks for the membership as well."""
    org_id, person_id = event.payload["org_id"], event.payload["person_id"]
    if _holds(db, org_id, person_id) is None and _forget(db, org_id, person_id):
        subject = ("organisation", org_id)
        announce(db, "matrix.ended", SYSTEM, subject=subject, reason="left", person_id=person_id)


def put_need(db: Session, actor: Actor, org_id: int, skill_id: int, level: int) -> None:
    """Say that the organisation needs a skill at a level (1-5); said again, the new level holds."""
    require(rules.may_read_matrix(actor, org_id))
    found = db.get(Need, (org_id, skill_id))
    if found is None and len(db.exec(pick(Need).where(Need.org_id == org_id)).all()) >= rules.MOST_NEEDS:
        raise Conflict(_("Name at most %(most)s skills. Take one away first.", most=rules.MOST_NEEDS))
    found = found or Need(org_id=org_id, skill_id=skill_id, level=level)
    found.level = level
    db.add(found)
    db.flush()


def drop_need(db: Session, actor: Actor, org_id: int, skill_id: int) -> None:
    """Need it no more. What openings ask stays."""
    require(rules.may_read_matrix(actor, org_id))
    db.exec(delete(Need).where(col(Need.org_id) == org_id, col(Need.skill_id) == skill_id))


def follow_merged_skill(db: Session, event: Event) -> None:
    """Need the skill that stays, where the merged one was needed; of two levels the higher."""
    into = event.payload["into_id"]
    for need in db.exec(pick(Need).where(Need.skill_id == event.subject_id)).all():
        other = db.get(Need, (need.org_id, into))
        level = max(need.level, other.level if other is not None else 0)
        org_id = need.org_id
        db.delete(need)
        if other is None:
            other = Need(org_id=org_id, skill_id=into, level=level)
        other.level = level
        db.add(other)
        db.flush()
