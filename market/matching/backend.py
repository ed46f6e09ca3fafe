"""What finds the people, or the openings, at the top of a list: the SQL statement, or the index in memory where there is one.

One interface, one answer: who asks cannot tell which it was, but by the time. SQL is the reference and always able to
answer; the index answers only while nothing speaks against it, and says on the health page what does.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from market.config import Settings
from market.evidence.models import PersonSkill
from market.matching.candidates import hopeful_statement, pool_of, pool_statement
from market.matching.core.contract import Requirement, Tie
from market.matching.core.policy import DEFAULTS, Policy
from market.matching.core.tiers import Change
from market.matching.index_backend import IndexBackend, NotReady
from market.matching.indexed import NotHeld
from market.matching.openings_index import OpeningsBackend
from market.matching.queries import Findable, level_matrix
from market.matching.sql import top_k_statement
from market.opportunities.browsing import Searched
from market.profiles.models import TalentProfile

log = logging.getLogger(__name__)
AUTO, SQL, INDEX = "auto", "sql", "index"


class MatchBackend(Protocol):
    """Ranks people by the contract. The session is the one whose transaction the answer belongs to."""

    def top_k(
        self,
        db: Session,
        requirements: Sequence[Requirement],
        tie: Tie,
        findable: Findable,
        k: int,
        min_seq: int = 0,
    ) -> list[tuple[int, int]]:
        """(person id, score) of the first k, as of a moment at which the change `min_seq` had been made.

        BadRequirements for what cannot be scored. Contributions follow from the levels, which a list reads anyway.
        """

    def hopeful(
        self,
        db: Session,
        requirements: Sequence[Requirement],
        findable: Findable,
        listed: Sequence[int],
        k: int,
    ) -> list[int]:
        """Newcomers who are not listed and may well meet every essential requirement, those with most hope first."""

    def matrix(self, db: Session, skills: Sequence[int], findable: Findable) -> NDArray[np.uint8]:
        """Levels (0-255) of everyone who may be found and has one of the skills, in any order: (people, skills)."""

    def apply(self, changes: Iterable[Change], seq: int) -> None:
        """Take changes up, which hold as of this number in the log."""

    def version(self) -> int:
        """The number of the last change that is in every later answer."""


class SqlBackend:
    """The statement over person_skill, clustered by skill: the reference, and the answer on small sites."""

    def top_k(
        self,
        db: Session,
        requirements: Sequence[Requirement],
        tie: Tie,
        findable: Findable,
        k: int,
        min_seq: int = 0,
    ) -> list[tuple[int, int]]:
        statement: Any = top_k_statement(
            PersonSkill.__table__,  # type: ignore[attr-defined]
            requirements,
            tie,
            k,
            person_id=TalentProfile.__table__.c.person_id,  # type: ignore[attr-defined]
            conditions=findable.conditions(),
        )
        return [(row[0], row[1]) for row in db.connection().execute(statement)]

    def hopeful(
        self,
        db: Session,
        requirements: Sequence[Requirement],
        findable: Findable,
        listed: Sequence[int],
        k: int,
    ) -> list[int]:
        statement = hopeful_statement(requirements, findable, listed, k)
        return list(db.connection().execute(statement).scalars())

    def matrix(self, db: Session, skills: Sequence[int], findable: Findable) -> NDArray[np.uint8]:
        return level_matrix(db, skills, findable)

    def apply(self, changes: Iterable[Change], seq: int) -> None:
        """Nothing: the tables are what they are."""

    def version(self) -> int:
        """Every change is in every answer."""
        return 2**63 - 1


class Matching:
    """The backend of a site: the index where it is chosen and able, SQL for all else.

    `auto` asks the index from `index_from` people on, that of openings from `openings_from` openings on; `sql` and
    `index` force one, as far as it can be forced: an index that cannot be trusted never answers.
    """

    def __init__(
        self,
        index: IndexBackend | None = None,
        chosen: str = SQL,
        index_from: int = 0,
        openings: OpeningsBackend | None = None,
        openings_from: int = 0,
    ) -> None:
        self.sql, self.index, self.openings = SqlBackend(), index, openings
        self.chosen, self.index_from, self.openings_from = chosen, index_from, openings_from
        self.fallbacks = 0
        self._said = ""

    def top_k(
        self,
        db: Session,
        requirements: Sequence[Requirement],
        tie: Tie,
        findable: Findable,
        k: int,
        min_seq: int = 0,
    ) -> list[tuple[int, int]]:
        return self._ask("top_k", db, requirements, tie, findable, k, min_seq)  # type: ignore[no-any-return]

    def hopeful(
        self,
        db: Session,
        requirements: Sequence[Requirement],
        findable: Findable,
        listed: Sequence[int],
        k: int,
    ) -> list[int]:
        return self._ask("hopeful", db, requirements, findable, listed, k)  # type: ignore[no-any-return]

    def pool(
        self,
        db: Session,
        requirements: Sequence[Requirement],
        tie: Tie,
        findable: Findable,
        k: int,
        newcomers: int,
    ) -> Any:
        """The first k and so many hopeful newcomers below them, as a statement: see `candidates.pool_statement`.

        Where SQL answers it is a part of the statement that reads the people, and costs none of its own.
        """
        if self._wants_index() and self.index is not None:
            try:
                first = [person for person, _ in self.index.top_k(db, requirements, tie, findable, k)]
                most = newcomers if len(first) == k else 0
                below = self.index.hopeful(db, requirements, findable, first, most) if most else []
            except NotHeld:
                pass
            except NotReady as reason:
                self._fell_back(str(reason))
            else:
                self._said = ""
                return pool_of(first, below)
        return pool_statement(requirements, tie, findable, k, newcomers)

    def matrix(self, db: Session, skills: Sequence[int], findable: Findable) -> NDArray[np.uint8]:
        return self._ask("matrix", db, skills, findable)  # type: ignore[no-any-return]

    def first_openings(
        self, db: Session, person_id: int, searched: Searched, most: int, policy: Policy = DEFAULTS
    ) -> list[int] | None:
        """See `OpeningsBackend.first`; None where the statement that reads the page is to put them in order."""
        if self.openings is None or not self._wants_openings():
            return None
        try:
            return self.openings.first(db, person_id, searched, most, policy)
        except NotHeld:
            return None
        except NotReady as reason:
            self._fell_back(str(reason))
            return None

    def apply(self, changes: Iterable[Change], seq: int) -> None:
        if self.index is not None:
            self.index.apply(changes, seq)

    def version(self) -> int:
        return self.index.version() if self._wants_index() and self.index else self.sql.version()

    def _wants_index(self) -> bool:
        if self.index is None or self.chosen == SQL:
            return False
        return self.chosen == INDEX or (self.index.is_open and self.index.people >= self.index_from)

    def _wants_openings(self) -> bool:
        if self.openings is None or self.chosen == SQL:
            return False
        enough = self.openings.is_loaded and self.openings.openings >= self.openings_from
        return enough or self.chosen == INDEX

    def _ask(self, what: str, db: Session, *given: Any) -> Any:
        """The index's answer, else that of SQL with the reason in the log, once for each reason."""
        if not self._wants_index():
            return getattr(self.sql, what)(db, *given)
        try:
            found = getattr(self.index, what)(db, *given)
        except NotHeld:
            return getattr(self.sql, what)(db, *given)
        except NotReady as reason:
            self._fell_back(str(reason))
            return getattr(self.sql, what)(db, *given)
        self._said = ""
        return found

    def _fell_back(self, reason: str) -> None:
        self.fallbacks += 1
        if reason != self._said:
            log.warning("the index did not answer", extra={"reason": reason})
            self._said = reason

    def health(self) -> dict[str, Any]:
        """What the health page says: who answers, and why not the index if it should."""
        if self.index is None or self.chosen == SQL:
            return {"answers": SQL}
        state = self.index.health()
        answers = INDEX if self._wants_index() and not state["reason"] else SQL
        said = {"answers": answers, "chosen": self.chosen, "fallbacks": self.fallbacks, **state}
        if self.openings is not None:
            able = self._wants_openings() and self.openings.is_loaded
            said["openings"] = {"answers": INDEX if able else SQL, **self.openings.health()}
        return said


_REFERENCE = Matching()


def with_matching(engine: Engine, settings: Settings) -> Engine:
    """The engine, knowing what ranks people: the same `Matching` for everyone who gets the engine from here."""
    if settings.match_backend == SQL:
        return engine.execution_options(matching=_REFERENCE)
    index = IndexBackend(settings.data / "index", settings.match_kernel)
    chosen = Matching(
        index,
        settings.match_backend,
        settings.match_index_from,
        OpeningsBackend(),
        settings.match_openings_from,
    )
    return engine.execution_options(matching=chosen)


def matching_of(bind: Any) -> Matching:
    """What ranks people on an engine or connection; the SQL backend where none was given to it."""
    found: Matching | None = bind.get_execution_options().get("matching")
    return found or _REFERENCE


def of(db: Session) -> Matching:
    """What ranks people for a session."""
    return matching_of(db.get_bind())


def findable_people(db: Session) -> int:
    """About how many people an index would hold."""
    counted = select(func.count()).select_from(TalentProfile).where(col(TalentProfile.is_findable))
    return int(db.connection().execute(counted).scalar_one())
