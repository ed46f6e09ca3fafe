"""Browsing what is open: search and facets in one prepared statement, by newest or in the order of someone's evidence.

The order by evidence comes from above (`Kit.browse_order`, filled by matching): it is handed a statement that selects
the ids of the openings that match, and gives them back with their fit, best first. So a page costs two statements
either way.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, and_, bindparam, cast, desc, exists, func, or_, select
from sqlmodel import Session

from market.access import Actor
from market.accounts.models import Organisation
from market.opportunities.models import Opportunity, Requirement
from market.opportunities.rules import Kind, Mode, PayBasis, Status
from market.skills.models import Skill, SkillLabel
from market.skills.names import normalise

SIZE = 20
RANKED_AMONG = 500  # the newest that match are put in order; older ones are found by newest
MOST_WORDS = 6

_o: Any = Opportunity.__table__  # type: ignore[attr-defined]
_org: Any = Organisation.__table__  # type: ignore[attr-defined]
_req: Any = Requirement.__table__  # type: ignore[attr-defined]
_skill: Any = Skill.__table__  # type: ignore[attr-defined]
_label: Any = SkillLabel.__table__  # type: ignore[attr-defined]


class Facets(NamedTuple):
    """What the list is narrowed to. Empty fields ask for nothing."""

    q: str = ""
    kinds: tuple[Kind, ...] = ()
    modes: tuple[Mode, ...] = ()
    skill: str = ""  # a name or a public id
    pay_from: int | None = None  # an hour, minor units of the site's currency
    hours_to: int | None = None
    language: str = ""
    start_from: date | None = None  # the work may begin on this day or later
    answer_within: int | None = None  # days

    @property
    def are_empty(self) -> bool:
        return self == Facets()


class Card(NamedTuple):
    """One opening of the list."""

    id: int
    public_id: str
    kind: Kind
    title: str
    summary: str
    org_public_id: str
    org_name: str
    pay_basis: PayBasis
    pay_minor: int
    currency: str
    hours: int
    weeks: int
    starts_on: date | None
    starts_by: date | None
    mode: Mode
    place: str
    answer_days: int
    deadline_at: datetime | None
    time_zone: str
    invited_count: int
    published_at: datetime
    skills: str

    @property
    def skill_names(self) -> list[str]:
        """In the order of the posting, with their levels."""
        pieces = sorted((self.skills or "").split("\x1f"))
        return [piece.partition("|")[2] for piece in pieces if piece]


class Ranked(NamedTuple):
    """One opening in the order of someone's evidence. `fit` is what `draw.fit` draws, `words` one sentence to it."""

    id: int
    fit: Any
    words: str = ""


Order = Callable[[Session, Actor, Select[tuple[int]]], Sequence[Ranked]]


class Found(NamedTuple):
    """Cards in order, one more than a page where there are more; and the reader's fit for each that has one."""

    cards: list[Card]
    fits: dict[int, Ranked]
    more: bool = False


def browse(
    db: Session, facets: Facets, after: tuple[datetime, int] | None = None, size: int = SIZE
) -> list[Card]:
    """The newest first, one more than `size`. One statement."""
    statement = _newest(_shape(facets), after is not None)
    given = {**_given(facets), "size": size + 1}
    if after is not None:
        given |= {"after_at": after[0], "after_id": after[1]}
    return [Card._make(row) for row in db.connection().execute(statement, given)]


def browse_by_fit(
    db: Session, actor: Actor, facets: Facets, order: Order, begin: int = 0, size: int = SIZE
) -> Found:
    """Those that match, in the order of the actor's evidence, from place `begin` on. Two statements."""
    ranked = order(db, actor, _ids(_shape(facets)).params(**_given(facets)))
    shown = ranked[begin : begin + size]
    return Found(
        cards_of(db, [one.id for one in shown]),
        {one.id: one for one in shown},
        more=len(ranked) > begin + size,
    )


def cards_of(db: Session, ids: Sequence[int]) -> list[Card]:
    """The cards of these openings, in this order. One statement."""
    rows = {row.id: Card._make(row) for row in db.connection().execute(_CARDS_OF, {"ids": list(ids)})}
    return [rows[one] for one in ids if one in rows]


def fits_of(db: Session, actor: Actor, order: Order, cards: Sequence[Card]) -> dict[int, Ranked]:
    """The actor's fit for openings that are listed by newest. One statement."""
    if not cards:
        return {}
    ids = select(_o.c.id).where(_o.c.id.in_([card.id for card in cards]))
    return {one.id: one for one in order(db, actor, ids)}


Shape = tuple[int, frozenset[str]]  # how many words are searched for, and which facets are set


def _shape(facets: Facets) -> Shape:
    named = {
        name
        for name, value in zip(facets._fields[1:], facets[1:], strict=True)
        if value not in (None, "", ())
    }
    return len(_words(facets.q)), frozenset(named)


def _words(q: str) -> list[str]:
    return normalise(q).split()[:MOST_WORDS]


def _given(facets: Facets) -> dict[str, Any]:
    words = {f"word_{n}": f"%{_escaped(word)}%" for n, word in enumerate(_words(facets.q))}
    set_ones = {
        name: value for name, value in facets._asdict().items() if name != "q" and value not in (None, "", ())
    }
    if "skill" in set_ones:
        set_ones["skill_norm"] = normalise(facets.skill)
    for name in ("kinds", "modes"):
        if name in set_ones:
            set_ones[name] = list(set_ones[name])
    return {**words, **set_ones}


def _escaped(word: str) -> str:
    return word.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _conditions(shape: Shape) -> list[Any]:
    n_words, named = shape
    current = and_(_req.c.opportunity_id == _o.c.id, _req.c.version == _o.c.version)
    labelled = select(_label.c.skill_id).where(_label.c.norm == bindparam("skill_norm"))
    chosen = select(_skill.c.id).where(_skill.c.public_id == bindparam("skill"))
    all_of_them: dict[str, Callable[[], Any]] = {
        "kinds": lambda: _o.c.kind.in_(bindparam("kinds", expanding=True)),
        "modes": lambda: _o.c.mode.in_(bindparam("modes", expanding=True)),
        "skill": lambda: exists().where(
            current, or_(_req.c.skill_id.in_(labelled), _req.c.skill_id.in_(chosen))
        ),
        "pay_from": lambda: _o.c.pay_hourly_ref_minor >= bindparam("pay_from"),
        "hours_to": lambda: _o.c.hours <= bindparam("hours_to"),
        "language": lambda: _o.c.language == bindparam("language"),
        "start_from": lambda: func.coalesce(_o.c.starts_by, _o.c.starts_on) >= bindparam("start_from"),
        "answer_within": lambda: _o.c.answer_days <= bindparam("answer_within"),
    }
    return [
        _o.c.status == Status.PUBLISHED,
        *(_o.c.search_text.like(bindparam(f"word_{n}"), escape="/") for n in range(n_words)),
        *(all_of_them[name]() for name in sorted(named)),
    ]


# Skills as "2|Data cleaning 3", so that they are put in order without another statement (positions are 1 to 8).
_skills = (
    select(
        func.aggregate_strings(
            cast(_req.c.position, Text) + "|" + _skill.c.name + " " + cast(_req.c.level, Text), "\x1f"
        )
    )
    .where(_req.c.opportunity_id == _o.c.id, _req.c.version == _o.c.version, _skill.c.id == _req.c.skill_id)
    .scalar_subquery()
)
_COLUMNS = (
    _o.c.id, _o.c.public_id, _o.c.kind, _o.c.title, _o.c.summary, _org.c.public_id, _org.c.name,
    _o.c.pay_basis, _o.c.pay_minor, _o.c.currency, _o.c.hours, _o.c.weeks, _o.c.starts_on, _o.c.starts_by,
    _o.c.mode, _o.c.place, _o.c.answer_days, _o.c.deadline_at, _o.c.time_zone, _o.c.invited_count,
    _o.c.published_at, _skills,
)  # fmt: skip


@cache
def _newest(shape: Shape, more: bool) -> Select[Any]:
    statement = (
        select(*_COLUMNS)
        .join(_org, _org.c.id == _o.c.org_id)
        .where(*_conditions(shape))
        .order_by(desc(_o.c.published_at), desc(_o.c.id))
        .limit(bindparam("size"))
    )
    if not more:
        return statement
    before = or_(
        _o.c.published_at < bindparam("after_at", type_=_o.c.published_at.type),
        and_(
            _o.c.published_at == bindparam("after_at", type_=_o.c.published_at.type),
            _o.c.id < bindparam("after_id"),
        ),
    )
    return statement.where(before)


@cache
def _ids(shape: Shape) -> Select[tuple[int]]:
    return (
        select(_o.c.id)
        .where(*_conditions(shape))
        .order_by(desc(_o.c.published_at), desc(_o.c.id))
        .limit(RANKED_AMONG)
    )


_CARDS_OF = (
    select(*_COLUMNS)
    .join(_org, _org.c.id == _o.c.org_id)
    .where(_o.c.id.in_(bindparam("ids", expanding=True)))
)
