"""What the index backend asks beside its questions, mostly of the database to compare itself with."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import func, select
from sqlmodel import Session, col

from market.evidence.models import MatchChange, PersonSkill
from market.matching.core.files import REFUSED
from market.matching.queries import Findable
from market.profiles.models import TalentProfile


def refused(path: Path) -> Path:
    """Where it is noted that a file was found wrong."""
    return path.with_suffix(REFUSED)


def some(people: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for begin in range(0, len(people), size):
        yield people[begin : begin + size]


def last_number(db: Session) -> int:
    """The number of the last change that this session sees: the `min_seq` of whoever just wrote."""
    return int(db.connection().execute(select(func.max(col(MatchChange.seq)))).scalar() or 0)


def with_tier(db: Session, people: Sequence[int], findable: Findable) -> set[int]:
    """Those of the people who have evidence of the tier asked."""
    statement = select(col(PersonSkill.person_id)).where(
        col(PersonSkill.person_id).in_(people),
        col(PersonSkill.skill_id).in_(findable.tier_skills),
        col(PersonSkill.tier) >= findable.tier,
        col(PersonSkill.via_steps) >= 0,  # as in Findable.conditions
    )
    return set(db.connection().execute(statement).scalars())


def random_people(db: Session, most: int, random: np.random.Generator) -> set[int]:
    """Random people who have a profile, be they in the index or not."""
    last = db.connection().execute(select(func.max(col(TalentProfile.person_id)))).scalar()
    ids = random.integers(1, last + 1, most).tolist() if last else []
    statement = select(col(TalentProfile.person_id)).where(col(TalentProfile.person_id).in_(ids))
    return set(db.connection().execute(statement).scalars())
