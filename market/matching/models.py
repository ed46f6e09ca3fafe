"""The ranking log: every list of people that was shown in order, so that it can be explained and replayed.

Openings in the order of one person's evidence are not in it: they are all there for everyone, nothing is decided about
anybody by them, and the page that has them names the policy they were put in order by.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field, SQLModel

from market import clock
from market.db import append_only, choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.matching.core.policy import version_name

_GIVEN = JSON(none_as_null=True)


class RankingKind(StrEnum):
    PEOPLE = "people"  # people who could be invited
    APPLICANTS = "applicants"  # people who applied
    SEARCH = "search"  # people for skills asked in a search, without an opening


class Slot(StrEnum):
    """Why a row stands where it stands."""

    SCORE = "score"
    NEWCOMER = "newcomer"  # a place kept for someone without completed work here


class Ranking(SQLModel, table=True):
    """One list as it was shown. `inputs_sha256` is a hash of requirements, filters and levels."""

    __tablename__ = "ranking"
    __table_args__ = (one_of("kind", RankingKind), Index("ix_ranking_opportunity", "opportunity_id", "id"))

    id: int = id_field()
    public_id: str = public_id_field()
    kind: RankingKind = choice_field(RankingKind)
    opportunity_id: int | None = refers_to("opportunity.id", nullable=True, index=False)
    opportunity_version: int = 0
    viewer_id: int | None = refers_to("person.id", nullable=True, index=False)
    policy_version: int
    model_version: int
    as_of: date
    at: datetime = instant_field(factory=clock.now)
    requirements: list[dict[str, Any]] = Field(sa_type=JSON)  # as they were scored
    filters: dict[str, Any] = Field(sa_type=JSON)
    tie_a: int = Field(sa_type=BigInteger)
    tie_b: int = Field(sa_type=BigInteger)
    inputs_sha256: str = Field(max_length=64)
    # The release of severity and strength that held, and whether every level had followed it yet; None from before.
    release: int | None = None
    release_whole: bool | None = None
    # The settings of the policy, and how many were listed; None for lists by score alone, from before there was one.
    policy: dict[str, Any] | None = Field(default=None, sa_type=_GIVEN)

    @property
    def policy_name(self) -> str:
        """The policy's version to be read."""
        return version_name(self.policy_version)


class RankingRow(SQLModel, table=True):
    """One place in the list."""

    __tablename__ = "ranking_row"
    __table_args__ = (one_of("slot", Slot),)

    ranking_id: int = refers_to("ranking.id", primary_key=True)
    place: int = Field(primary_key=True)
    person_id: int = refers_to("person.id")
    score: int
    levels: list[int] = Field(sa_type=JSON)  # 0-255, in the order of the requirements
    contributions: list[int] = Field(sa_type=JSON)
    slot: Slot = choice_field(Slot, default=Slot.SCORE)
    # What the policy weighed beside the levels: hopeful levels, whether a newcomer, lists stood in lately.
    policy_inputs: dict[str, Any] | None = Field(default=None, sa_type=_GIVEN)


class Act(StrEnum):
    """What a person did after a list was shown to them."""

    INVITED = "invited"
    OPENED = "opened"
    SHORTLISTED = "shortlisted"
    POOLED = "pooled"
    DECLINED = "declined"
    RECONSIDERED = "reconsidered"
    OFFERED = "offered"
    RESCINDED = "rescinded"
    HIRED = "hired"


class RankingAct(SQLModel, table=True):
    """One human action on someone a list was of, with the list that was shown last to whoever acted; None when none was.

    `place` is where the person stood in it; None when they did not. The event says when, and the outbox holds it.
    """

    __tablename__ = "ranking_act"
    __table_args__ = (one_of("act", Act), Index("ix_ranking_act_ranking", "ranking_id", "event_id"))

    event_id: int = refers_to("event.id", primary_key=True)
    ranking_id: int | None = refers_to("ranking.id", nullable=True, index=False)
    place: int | None = None
    opportunity_id: int = refers_to("opportunity.id")
    person_id: int = refers_to("person.id")
    actor_id: int = refers_to("person.id", index=False)
    act: Act = choice_field(Act)
    at: datetime = instant_field(factory=clock.now)


append_only(RankingAct, erasable=True)
