"""Browsing what is open: search and facets in one prepared statement, by newest or in the order of someone's evidence.

What is said of evidence comes from above (`Kit.browse_order`, filled by matching) as parts of that statement: the
order, and what an opening asks beside the reader's levels. So a page costs one statement either way, and the database
puts all that match in order and gives twenty of them. Where there are thousands, an index says which these are, and the
page costs two.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, cast, desc, exists, func, or_, select
from sqlmodel import Session

from market.access import Actor
from market.accounts.models import Organisation
from market.opportunities.models import Opportunity, Requirement
from market.opportunities.rules import Kind, Mode, PayBasis, Status
from market.skills.models import Skill, SkillLabel
from market.skills.names import normalise

SIZE = 20
RANKED_AMONG = 500  # of the newest, what would bring someone closer is counted (`matching.growing`, `home`)
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
    place: str = ""  # part of its name
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


class Searched(NamedTuple):
    """A search as an index takes it: `among` selects the ids that words and skills leave, None where none are given."""

    facets: Facets
    among: Select[Any] | None = None
    given: dict[str, Any] = {}  # noqa: RUF012 - parameters of `among`, never changed


class Ranked(NamedTuple):
    """One opening in the order of someone's evidence. `fit` is what `draw.fit` draws, `words` one sentence to it."""

    id: int
    fit: Any
    words: str = ""


class Order(NamedTuple):
    """What matching says of openings for one reader: parts of a statement that binds `person`."""

    best: Callable[[Select[Any]], Select[Any]]  # rows of `_OPEN` -> their id and `place`, the best first
    beside: ColumnElement[
        str
    ]  # what an opening asks beside the reader's levels, as one text; none asks nothing
    fit_of: Callable[[str], tuple[Any, str]]  # of that text what `draw.fit` draws, and one sentence to it
    # (db, person id, what is searched for, how many) -> the first ids, None where `best` is to say
    first: Callable[[Session, int, "Searched", int], list[int] | None] = lambda *_: None


class Found(NamedTuple):
    """Cards in order, and what each asks beside the reader's levels, for `Order.fit_of`; is there more after them?"""

    cards: list[Card]
    beside: dict[int, str]
    more: bool = False


def browse(
    db: Session, facets: Facets, after: tuple[datetime, int] | None = None, size: int = SIZE
) -> list[Card]:
    """The newest first, one more than `size`. One statement."""
    statement = _newest(_shape(facets), after is not None, None)
    rows = db.connection().execute(statement, _page(facets, after, size + 1))
    return [Card._make(row) for row in rows]


def browse_beside(
    db: Session,
    actor: Actor,
    facets: Facets,
    order: Order,
    after: tuple[datetime, int] | None = None,
    size: int = SIZE,
) -> Found:
    """The same beside the actor's evidence. One statement."""
    statement = _newest(_shape(facets), after is not None, order)
    given = {**_page(facets, after, size + 1), "person": actor.id}
    return _found(db, statement, given, size)


def browse_by_fit(
    db: Session, actor: Actor, facets: Facets, order: Order, begin: int = 0, size: int = SIZE
) -> Found:
    """Those that match, in the order of the actor's evidence, from place `begin` on. One statement, two by an index."""
    shape, given = _shape(facets), {**_given(facets), "person": actor.id}
    first = order.first(db, actor.id, _searched(facets), begin + size + 1)
    if first is None:
        return _found(db, _best(shape, order), {**given, "begin": begin, "size": size + 1}, size)
    page = first[begin:]
    found = _found(db, _these(order), {"person": actor.id, "ids": page}, size)
    return found._replace(cards=sorted(found.cards, key=lambda card: page.index(card.id)))


def _found(db: Session, statement: Select[Any], given: dict[str, Any], size: int) -> Found:
    """`cards` holds one more than `size` where there are more: the page is cut by its key."""
    cards: list[Card] = []
    beside: dict[int, str] = {}
    for row in db.connection().execute(statement, given):
        card = Card._make(row)
        if card.skills:
            beside[card.id] = card.skills
            card = card._replace(skills="")  # it is the reader's own: a card is the same for everyone
        cards.append(card)
    return Found(cards, beside, len(cards) > size)


def _page(facets: Facets, after: tuple[datetime, int] | None, size: int) -> dict[str, Any]:
    given = {**_given(facets), "size": size}
    return given if after is None else {**given, "after_at": after[0], "after_id": after[1]}


def cards_of(db: Session, ids: Sequence[int]) -> list[Card]:
    """The cards of these openings, in this order. One statement."""
    rows = {row.id: Card._make(row) for row in db.connection().execute(_CARDS_OF, {"ids": list(ids)})}
    return [rows[one] for one in ids if one in rows]


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
    if "place" in set_ones:
        # SQLite takes å and Å for different letters: a name is also looked for as names are written.
        for n, text in enumerate((facets.place, facets.place.title(), facets.place.lower())):
            set_ones[f"place_{n}"] = f"%{_escaped(text)}%"
        del set_ones["place"]
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
        "place": lambda: or_(*(_o.c.place.ilike(bindparam(f"place_{n}"), escape="/") for n in range(3))),
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
_CARD = (
    _o.c.id, _o.c.public_id, _o.c.kind, _o.c.title, _o.c.summary, _org.c.public_id, _org.c.name,
    _o.c.pay_basis, _o.c.pay_minor, _o.c.currency, _o.c.hours, _o.c.weeks, _o.c.starts_on, _o.c.starts_by,
    _o.c.mode, _o.c.place, _o.c.answer_days, _o.c.deadline_at, _o.c.time_zone, _o.c.invited_count,
    _o.c.published_at,
)  # fmt: skip
_OPEN = (_o.c.id, _o.c.version, _o.c.applicants_count, _o.c.seats)  # of an opening, what an order looks at


@cache
def _newest(shape: Shape, more: bool, order: Order | None) -> Select[Any]:
    statement = (
        select(*_CARD, _skills if order is None else order.beside)
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


def _searched(facets: Facets) -> Searched:
    words = Facets(q=facets.q, skill=facets.skill, place=facets.place)
    among = None if words.are_empty else _matching(_shape(words))
    return Searched(facets, among, _given(words))


@cache
def _matching(shape: Shape) -> Select[Any]:
    return select(_o.c.id).where(*_conditions(shape))


@cache
def _these(order: Order) -> Select[Any]:
    return (
        select(*_CARD, order.beside)
        .join(_org, _org.c.id == _o.c.org_id)
        .where(_o.c.id.in_(bindparam("ids", expanding=True)))
    )


@cache
def _best(shape: Shape, order: Order) -> Select[Any]:
    best = (
        order.best(select(*_OPEN).where(*_conditions(shape)))
        .limit(bindparam("size"))
        .offset(bindparam("begin"))
        .subquery("best")
    )
    return (
        select(*_CARD, order.beside)
        .select_from(best)
        .join(_o, _o.c.id == best.c.id)
        .join(_org, _org.c.id == _o.c.org_id)
        .order_by(desc(best.c.place), desc(best.c.id))
    )


_CARDS_OF = (
    select(*_CARD, _skills)
    .join(_org, _org.c.id == _o.c.org_id)
    .where(_o.c.id.in_(bindparam("ids", expanding=True)))
)
