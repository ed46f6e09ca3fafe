"""The tables of checks: the job, the bytes it is about, and what each report said that differed from the one before."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary
from sqlmodel import Field, SQLModel

from market import clock
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to

__all__ = ["Check", "CheckInput", "CheckReport", "CheckState", "Outcome", "Stage"]


class CheckState(StrEnum):
    """Where a job is in the queue."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Stage(StrEnum):
    """How far a check under way has come."""

    RECEIVED = "received"
    READ = "read"
    ASKING = "asking"  # documents that the credential names are being fetched
    DONE = "done"


class Outcome(StrEnum):
    """The verdict of a report. (`proofs.checks.Verdict` as a column.)"""

    VERIFIED = "verified"
    VERIFIED_WITH_WARNINGS = "verified_with_warnings"
    INCONCLUSIVE = "inconclusive"
    NOT_VERIFIED = "not_verified"


class Check(SQLModel, table=True):
    """A document to be checked, now and again. `person_id` is whose it is asked to be, empty for nobody's.

    `report` is the latest verification as `wire.encode` writes it. `due_at` says when the worker takes the job up;
    `claimed_until` when another may, should this worker die. `tries` counts runs that came to no settled end.
    """

    __tablename__ = "credential_check"
    __table_args__ = (
        one_of("state", CheckState),
        one_of("stage", Stage),
        one_of("verdict", Outcome),
        Index("ix_credential_check_due", "state", "due_at"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    person_id: int | None = refers_to("person.id", nullable=True)
    state: CheckState = choice_field(CheckState, default=CheckState.WAITING)
    stage: Stage = choice_field(Stage, default=Stage.RECEIVED)
    host: str = ""  # which site is being asked
    name: str = ""  # of the file, as it was sent
    size: int
    sha256: str = Field(max_length=64)
    received_at: datetime = instant_field(factory=clock.now)
    due_at: datetime = instant_field(factory=clock.now)
    claimed_until: datetime | None = instant_field(nullable=True)
    tries: int = 0
    checked_at: datetime | None = instant_field(nullable=True, index=True)
    verdict: Outcome | None = choice_field(Outcome, nullable=True)
    report: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class CheckInput(SQLModel, table=True):
    """The bytes as they came. Beside the job, so that lists of jobs do not carry them."""

    __tablename__ = "credential_input"
    check_id: int = refers_to("credential_check.id", primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)


class CheckReport(SQLModel, table=True):
    """A report that was replaced by one that says something else: what stood from `since` to `until`."""

    __tablename__ = "credential_report"
    __table_args__ = (one_of("verdict", Outcome),)

    id: int = id_field()
    check_id: int = refers_to("credential_check.id")
    since: datetime = instant_field()
    until: datetime = instant_field()
    verdict: Outcome = choice_field(Outcome)
    report: dict[str, Any] = Field(sa_type=JSON)
