"""The table of reports."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import SQLModel

from market import clock
from market.cases import rules
from market.cases.rules import About, Reason, Status, Verdict
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.lifecycle import Lifecycle


class Report(SQLModel, table=True):
    """Someone says that a thing breaks the rules. One open report for each person and thing.

    `person_id` is the author of the thing, or the person reported; `org_id` the organisation concerned: kept here so
    that the rules need no other row.
    """

    __tablename__ = "report"
    __table_args__ = (
        one_of("about_kind", About),
        one_of("reason", Reason),
        one_of("status", Status),
        one_of("decision", Verdict),
        CheckConstraint(
            "(status = 'decided') = (decision IS NOT NULL AND decided_at IS NOT NULL)",
            name="decided_with_verdict",
        ),
        Index(
            "uq_report_open",
            "about_kind",
            "about_id",
            "reporter_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_report_queue", "status", "id"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = rules.LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    about_kind: About = choice_field(About)
    about_id: int
    reporter_id: int = refers_to("person.id")
    person_id: int | None = refers_to("person.id", nullable=True)
    org_id: int | None = refers_to("organisation.id", nullable=True)
    reason: Reason = choice_field(Reason)
    text: str = ""
    status: Status = choice_field(Status, default=Status.OPEN)
    created_at: datetime = instant_field(factory=clock.now)
    decision: Verdict | None = choice_field(Verdict, nullable=True)
    answer: str = ""  # the words that both sides read
    decided_by: int | None = refers_to("person.id", nullable=True, index=False)
    decided_at: datetime | None = instant_field(nullable=True)

    @property
    def touches_reported(self) -> bool:
        """Does the reported side hear of the decision from here? For a review or an opening they do by its own news."""
        return self.decision in (Verdict.REMOVED, Verdict.UNVERIFIED) and self.about_kind != About.REVIEW
