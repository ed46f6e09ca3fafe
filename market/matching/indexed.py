"""What the index holds of a person, read from the database, and `Findable` asked of it instead of SQL.

Only people who may be found at all are in it. What is the same for every reader is a column; what differs from reader
to reader (blocks, their own organisation) is read for each request, as a small set of people left out.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, literal, select, union
from sqlmodel import Session, col

from market.accounts.models import Block, Membership, Organisation, Person, PersonStatus
from market.evidence.models import PersonSkill
from market.evidence.posterior import CLAIMED, DOORSTEP, UNITS
from market.matching.core.contract import TOP_LEVEL
from market.matching.core.filters import Condition, Filters
from market.matching.core.policy import HOPE_AT_FIRST
from market.matching.core.tiers import Change
from market.matching.queries import Findable
from market.opportunities.sentences import LANGUAGES
from market.profiles.models import ProfileLanguage, TalentProfile, Visibility

MEMBERS, PUBLIC = 1, 2
ANY_HOURS = 1000  # of who did not say how many
PAY_BITS = 38
MOST_PAY = (1 << PAY_BITS) - 1
COLUMNS = ("visibility", "available", "hours", "pay", "newcomer", "languages " + " ".join(LANGUAGES))
"""The languages stand in the name of their column: an index made with others is not mistaken for this one."""
AT_ONCE = 400
VERIFIED = 0  # no person's id: says that an organisation the reader recruits for is verified


class NotHeld(Exception):
    """A question that the index has no column for."""


people_statement = (
    select(
        col(TalentProfile.person_id),
        col(TalentProfile.visibility),
        col(TalentProfile.available_from),
        col(TalentProfile.hours_week),
        col(TalentProfile.pay_min_minor),
        col(TalentProfile.currency),
        col(TalentProfile.completed_count),
    )
    .join(Person, col(Person.id) == col(TalentProfile.person_id))
    .where(
        col(TalentProfile.visibility) != Visibility.PRIVATE,
        col(TalentProfile.is_findable).is_(True),
        col(Person.status) == PersonStatus.ACTIVE,
    )
)
languages_statement = select(col(ProfileLanguage.person_id), col(ProfileLanguage.language))
levels_statement = select(
    col(PersonSkill.skill_id),
    col(PersonSkill.person_id),
    col(PersonSkill.level),
    col(PersonSkill.mu),
    col(PersonSkill.sigma),
    col(PersonSkill.tier),
)


def bit_of(language: str) -> int:
    """The bit of a language; 0 for one that is not in the list."""
    return 1 << LANGUAGES.index(language) if language in LANGUAGES else 0


def values_of(row: Any) -> tuple[int, ...]:
    """A row of `people_statement` as values of COLUMNS, the languages still missing."""
    pay = 0
    if row.pay_min_minor is not None:
        pay = _keyed(row.currency, min(row.pay_min_minor, MOST_PAY))
    return (
        PUBLIC if row.visibility == Visibility.PUBLIC else MEMBERS,
        row.available_from.toordinal() if row.available_from else 0,
        ANY_HOURS if row.hours_week is None else row.hours_week,
        pay,
        int(row.completed_count == 0),
        0,
    )


def _keyed(currency: str, amount: int) -> int:
    """An amount under its currency: amounts of other currencies lie elsewhere."""
    return int.from_bytes(currency.encode()[:3]) << PAY_BITS | amount


def hopes_of(
    mu: NDArray[np.float64], sigma: NDArray[np.float64], level: NDArray[Any], tier: NDArray[Any]
) -> NDArray[np.uint8]:
    """`policy.hopeful` of many at once."""
    # The same operations in the same order as there, so that no last digit differs; rint rounds as round does.
    hoped = np.clip(np.rint(UNITS * (mu + sigma)), 1, TOP_LEVEL).astype(np.int64)
    hoped = np.where(level <= DOORSTEP, np.minimum(hoped, HOPE_AT_FIRST), hoped)
    return np.where(tier == CLAIMED, HOPE_AT_FIRST, hoped).astype(np.uint8)


def read(db: Session, person_ids: Iterable[int]) -> list[Change]:
    """What holds for each of these people now; nothing for who may not be found. Three statements for some hundreds."""
    wanted = sorted(set(person_ids))
    made: list[Change] = []
    for begin in range(0, len(wanted), AT_ONCE):
        made += _read(db, wanted[begin : begin + AT_ONCE])
    return made


def _read(db: Session, wanted: Sequence[int]) -> list[Change]:
    run = db.connection().execute
    people = {
        row.person_id: values_of(row)
        for row in run(people_statement.where(col(TalentProfile.person_id).in_(wanted)))
    }
    languages: dict[int, int] = {}
    for person, language in run(languages_statement.where(col(ProfileLanguage.person_id).in_(wanted))):
        languages[person] = languages.get(person, 0) | bit_of(language)
    rows = run(levels_statement.where(col(PersonSkill.person_id).in_(wanted))).all()
    levels: dict[int, dict[int, int]] = {person: {} for person in people}
    hopes: dict[int, dict[int, int]] = {person: {} for person in people}
    if rows:
        table = np.array([(r.mu, r.sigma, r.level, r.tier) for r in rows], dtype=np.float64)
        for row, hope in zip(rows, hopes_of(*table.T).tolist(), strict=True):
            if row.person_id in people:
                levels[row.person_id][row.skill_id] = row.level
                hopes[row.person_id][row.skill_id] = hope
    return [
        Change(
            one,
            levels[one],
            dict(zip(COLUMNS, (*people[one][:-1], languages.get(one, 0)), strict=True)),
            hopes[one],
        )
        if one in people
        else Change(one, None)
        for one in wanted
    ]


class Apart(NamedTuple):
    """Who is left out for one reader, and whether that reader may see profiles for members."""

    people: frozenset[int]
    sees_members: bool


def apart(db: Session, findable: Findable) -> Apart:
    """The people a reader's own organisations and blocks keep out of their lists. At most one statement."""
    parts = _apart(findable)
    found = {row[0] for row in db.connection().execute(union(*parts))} if parts else set()
    sees = findable.recruits_for is None or VERIFIED in found
    viewer = set() if findable.viewer_id is None else {findable.viewer_id}
    return Apart(frozenset((found | viewer | set(findable.without)) - {VERIFIED}), sees)


def _apart(findable: Findable) -> list[Select[Any]]:
    parts: list[Select[Any]] = []
    for org_id in findable.own():
        members = select(col(Membership.person_id)).where(
            col(Membership.org_id) == org_id, col(Membership.ended_at).is_(None)
        )
        parts += [
            members,
            select(col(Block.blocker_id)).where(col(Block.blocked_org_id) == org_id),
            _blocked(col(Block.blocker_id).in_(members)),
        ]
    if findable.viewer_id is not None:
        parts.append(select(col(Block.blocker_id)).where(col(Block.blocked_person_id) == findable.viewer_id))
        parts.append(_blocked(col(Block.blocker_id) == findable.viewer_id))
    if findable.recruits_for:
        verified = select(literal(VERIFIED)).select_from(Organisation)
        parts.append(
            verified.where(
                col(Organisation.id).in_(findable.recruits_for), col(Organisation.verified_at).is_not(None)
            )
        )
    return parts


def _blocked(by: Any) -> Select[Any]:
    return select(col(Block.blocked_person_id)).where(by, col(Block.blocked_person_id).is_not(None))


def filters_of(findable: Findable, apart: Apart, *, newcomers: bool = False) -> Filters:
    """The same as `Findable.conditions`, but for the tier of evidence; `newcomers` asks for them alone.

    NotHeld for a language or an amount that no column can be asked about.
    """
    made = []
    if not apart.sees_members:
        made.append(Condition("visibility", at_least=PUBLIC))
    if findable.available_by is not None:
        made.append(Condition("available", at_most=findable.available_by.toordinal()))
    if findable.hours_week is not None:
        if findable.hours_week > ANY_HOURS:
            raise NotHeld(f"{findable.hours_week} hours a week")
        made.append(Condition("hours", at_least=findable.hours_week))
    if findable.pay_at_most_minor is not None:
        made.append(_pays(findable.currency, findable.pay_at_most_minor))
    if findable.language:
        bit = bit_of(findable.language)
        if not bit:
            raise NotHeld(f"the language {findable.language!r}")
        made.append(Condition(COLUMNS[-1], any_bits=bit))
    if newcomers:
        made.append(Condition("newcomer", at_least=1))
    return Filters(tuple(made), apart.people)


def _pays(currency: str, at_most: int) -> Condition:
    """Left out is who asks for more in this currency."""
    if not 0 <= at_most < MOST_PAY:
        raise NotHeld(f"a pay of {at_most}")
    return Condition(
        "pay", at_least=_keyed(currency, at_most + 1), at_most=_keyed(currency, MOST_PAY), outside=True
    )
