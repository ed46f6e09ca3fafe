"""What is offered: a page of published programmes, searched and narrowed, with the skills that each teaches."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, and_, bindparam, desc, exists, func, or_
from sqlalchemy import select as rows
from sqlmodel import Session

from market.accounts.models import Organisation
from market.programmes.models import Cohort, LearningOutcome, Programme, ProgrammeVersion
from market.programmes.rules import Mode, Status
from market.skills.models import Skill

SIZE = 20


class Facets(NamedTuple):
    """What the list is narrowed to. Hours are the whole workload."""

    skill: str = ""
    hours_to: int | None = None
    is_free: bool = False
    is_open: bool = False  # takes people now
    start_from: date | None = None

    @property
    def are_empty(self) -> bool:
        return self == Facets()


class Card(NamedTuple):
    """One programme as the list shows it."""

    id: int
    public_id: str
    title: str
    summary: str
    org_public_id: str
    org_name: str
    weeks: int
    workload_hours: int
    mode: Mode
    place: str
    pay_minor: int
    learner_cost_minor: int
    currency: str
    published_at: datetime
    version_id: int
    open_rounds: int
    rolling: int
    next_start: date | None
    skills: tuple[str, ...] = ()


p, v, org = Programme.__table__.c, ProgrammeVersion.__table__.c, Organisation.__table__.c  # type: ignore[attr-defined]
c, o, s = Cohort.__table__.c, LearningOutcome.__table__.c, Skill.__table__.c  # type: ignore[attr-defined]
_versions = ProgrammeVersion.__table__.alias("any_version")  # type: ignore[attr-defined]
_OPEN = and_(
    c.programme_version_id == _versions.c.id, _versions.c.programme_id == p.id, c.is_open, c.seats_free > 0
)


def _page(facets: Facets, more: bool) -> Select[tuple[object, ...]]:
    """The statement of one page; its values are bound, its shape follows from which facets are set."""
    count = rows(func.count()).select_from(Cohort.__table__, _versions).where(_OPEN)  # type: ignore[attr-defined]
    first = rows(func.min(c.starts_on)).select_from(Cohort.__table__, _versions).where(_OPEN)  # type: ignore[attr-defined]
    wanted = (
        rows(
            p.id, p.public_id, v.title, v.summary, org.public_id, org.name, v.weeks, v.workload_hours, v.mode,
            v.place, v.pay_minor, v.learner_cost_minor, v.currency, p.published_at, v.id,
            count.scalar_subquery(),
            count.where(c.starts_on.is_(None)).scalar_subquery(),
            first.scalar_subquery(),
        )
        .select_from(Programme.__table__)  # type: ignore[attr-defined]
        .join(ProgrammeVersion.__table__, and_(v.programme_id == p.id, v.version == p.version))  # type: ignore[attr-defined]
        .join(Organisation.__table__, org.id == p.org_id)  # type: ignore[attr-defined]
        .where(p.status == Status.PUBLISHED, p.for_members.is_(False))
        .order_by(desc(p.published_at), desc(p.id))
        .limit(bindparam("size"))
    )  # fmt: skip
    if more:
        wanted = wanted.where(
            or_(
                p.published_at < bindparam("at", type_=p.published_at.type),
                and_(p.published_at == bindparam("at", type_=p.published_at.type), p.id < bindparam("after")),
            )
        )
    if facets.skill:
        taught = exists().where(
            o.version_id == v.id,
            s.id == o.skill_id,
            func.lower(s.name).contains(bindparam("skill"), autoescape=False),
        )
        wanted = wanted.where(taught)
    if facets.hours_to is not None:
        wanted = wanted.where(v.workload_hours <= bindparam("hours_to"))
    if facets.is_free:
        wanted = wanted.where(v.learner_cost_minor == 0)
    if facets.is_open or facets.start_from is not None:
        opens = exists().where(_OPEN)
        if facets.start_from is not None:
            opens = opens.where(or_(c.starts_on.is_(None), c.starts_on >= bindparam("start_from")))
        wanted = wanted.where(opens)
    return wanted


def browse(db: Session, facets: Facets, after: tuple[datetime, int] | None = None) -> list[Card]:
    """Published programmes, newest first, one more than `SIZE`. Two statements."""
    given = {
        "size": SIZE + 1,
        "skill": facets.skill.casefold(),
        "hours_to": facets.hours_to,
        "start_from": facets.start_from,
        "at": after[0] if after else None,
        "after": after[1] if after else None,
    }
    statement = _page(facets, after is not None)
    asked = statement.compile().params
    found = [
        Card._make((*row, ()))
        for row in db.connection().execute(statement, {k: value for k, value in given.items() if k in asked})
    ]
    taught = _skills_of(db, [card.version_id for card in found])
    return [card._replace(skills=taught.get(card.version_id, ())) for card in found]


_SKILLS = (
    rows(o.version_id, s.name)
    .join(Skill.__table__, s.id == o.skill_id)  # type: ignore[attr-defined]
    .where(o.version_id.in_(bindparam("ids", expanding=True)))
    .order_by(o.version_id, o.position)
)


def _skills_of(db: Session, version_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    if not version_ids:
        return {}
    found: dict[int, tuple[str, ...]] = {}
    for version_id, name in db.connection().execute(_SKILLS, {"ids": list(version_ids)}):
        if name not in found.get(version_id, ()):
            found[version_id] = (*found.get(version_id, ()), name)
    return found


class OurRow(NamedTuple):
    """One line of an organisation's own list."""

    id: int
    public_id: str
    org_name: str
    status: Status
    version: int
    title: str
    has_draft: int
    open_rounds: int
    updated_at: datetime
    for_members: bool


_draft = ProgrammeVersion.__table__.alias("draft")  # type: ignore[attr-defined]


def _ours(more: bool) -> Select[tuple[object, ...]]:
    count = rows(func.count()).select_from(Cohort.__table__, _versions).where(_OPEN)  # type: ignore[attr-defined]
    drafts = rows(func.count()).where(_draft.c.programme_id == p.id, _draft.c.version == 0)
    wanted = (
        rows(
            p.id, p.public_id, org.name, p.status, p.version, p.title,
            drafts.scalar_subquery(), count.scalar_subquery(), p.updated_at, p.for_members,
        )
        .select_from(Programme.__table__)  # type: ignore[attr-defined]
        .join(Organisation.__table__, org.id == p.org_id)  # type: ignore[attr-defined]
        .where(p.org_id.in_(bindparam("org_ids", expanding=True)))
        .order_by(desc(p.id))
        .limit(bindparam("size"))
    )  # fmt: skip
    return wanted.where(p.id < bindparam("after")) if more else wanted


_OURS = {more: _ours(more) for more in (False, True)}


def ours(db: Session, org_ids: tuple[int, ...], size: int, after: int | None = None) -> list[OurRow]:
    """The organisations' own programmes, newest first, one more than `size`. One statement."""
    given = {"org_ids": list(org_ids), "size": size + 1}
    if after is not None:
        given["after"] = after
    return [OurRow._make(row) for row in db.connection().execute(_OURS[after is not None], given)]


class InsideRow(NamedTuple):
    """An internal programme as the members it is for find it."""

    id: int
    public_id: str
    title: str
    summary: str
    org_name: str
    weeks: int
    workload_hours: int
    open_rounds: int
    places_free: int
    next_start: date | None


def _inside() -> Select[tuple[object, ...]]:
    of_rounds = [
        rows(what).select_from(Cohort.__table__, _versions).where(_OPEN).scalar_subquery()  # type: ignore[attr-defined]
        for what in (func.count(), func.coalesce(func.sum(c.seats_free), 0), func.min(c.starts_on))
    ]
    return (
        rows(p.id, p.public_id, v.title, v.summary, org.name, v.weeks, v.workload_hours, *of_rounds)
        .select_from(Programme.__table__)  # type: ignore[attr-defined]
        .join(ProgrammeVersion.__table__, and_(v.programme_id == p.id, v.version == p.version))  # type: ignore[attr-defined]
        .join(Organisation.__table__, org.id == p.org_id)  # type: ignore[attr-defined]
        .where(
            p.status == Status.PUBLISHED,
            p.for_members,
            p.org_id.in_(bindparam("org_ids", expanding=True)),
            p.id < bindparam("before"),
        )
        .order_by(desc(p.id))
        .limit(bindparam("size"))
    )


INSIDE = _inside()
"""What `org_ids` run for their own people, from `before` an id on, the newest first: rows for `InsideRow`."""
