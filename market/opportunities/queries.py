"""Reading opportunities: one with its parts, those of an organisation, and the numbers a page of them needs."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, bindparam, desc, or_
from sqlalchemy import select as rows
from sqlmodel import Session, col, select

from market.access import Actor
from market.accounts.models import Organisation
from market.errors import NotFound
from market.gather import Read
from market.opportunities import rules
from market.opportunities.drafts import Draft, Need, Part, Programmed, Terms
from market.opportunities.models import (
    Addendum,
    DeliverableSpec,
    Opportunity,
    OpportunityVersion,
    Question,
    Requirement,
)
from market.opportunities.rules import Kind, Status
from market.programmes import rules as programme_rules
from market.programmes.queries import Whole as ProgrammeWhole
from market.programmes.queries import whole_of_id
from market.programmes.rules import Function
from market.rubrics import rules as rubric_rules
from market.rubrics.queries import RubricView, rubric_with_criteria
from market.rubrics.service import drafts_of
from market.skills.models import Skill, SkillStatus
from market.transitions import Transition
from market.words import _


class Asked(NamedTuple):
    """One requirement, with the name of its skill."""

    skill_id: int
    skill_public_id: str
    skill: str
    level: int
    essential: bool
    weight: int
    is_known: bool = True  # not a proposal that waits for a moderator


class Whole(NamedTuple):
    """An opportunity with everything that belongs to it."""

    opportunity: Opportunity
    organisation: Organisation
    parts: tuple[Part, ...]
    asked: tuple[Asked, ...]
    questions: tuple[str, ...]
    rubric: RubricView | None
    addenda: tuple[Addendum, ...]
    programme: ProgrammeWhole | None = None  # of a micro-apprenticeship

    @property
    def draft(self) -> Draft:
        """As the checks look at it."""
        o = self.opportunity
        problems = rubric_rules.problems(drafts_of(self.rubric)) if self.rubric else []
        return Draft(
            kind=o.kind,
            title=o.title,
            summary=o.summary,
            language=o.language,
            hours=o.hours,
            weeks=o.weeks,
            starts_on=o.starts_on,
            starts_by=o.starts_by,
            pay_basis=o.pay_basis,
            pay_minor=o.pay_minor,
            currency=o.currency,
            seats=o.seats,
            invited_count=o.invited_count,
            mode=o.mode,
            place=o.place,
            time_zone=o.time_zone,
            learner_cost_minor=o.learner_cost_minor,
            deadline_at=o.deadline_at,
            parts=self.parts,
            needs=tuple(Need(a.skill_id, a.level, a.essential, a.weight) for a in self.asked),
            proposed_skill=next((a.skill for a in self.asked if not a.is_known), ""),
            questions=self.questions,
            rubric_attached=self.rubric is not None,
            rubric_problem=problems[0][2] if problems else "",
            rubric_skills=self.rubric.skill_ids if self.rubric else (),
            programme=_programmed(self.programme) if self.programme else None,
        )


def _programmed(whole: ProgrammeWhole) -> Programmed:
    """What the checks of an opening ask about its programme."""
    return Programmed(
        title=whole.draft.title,
        is_published=whole.programme.status == programme_rules.Status.PUBLISHED,
        productive_hours=whole.draft.productive_hours,
        pay_minor=whole.draft.pay_minor,
        mentors=tuple(one.name for one in whole.draft.named(Function.MENTOR) if one.is_member),
        asks=len(whole.draft.entry),
    )


def get_opportunity(db: Session, public_id: str) -> Opportunity:
    """By its public id, whatever its state: for features that have decided already who may know of it."""
    found = db.exec(select(Opportunity).where(Opportunity.public_id == public_id)).first()
    if found is None:
        raise NotFound(_("There is no such opening."))
    return found


def get_visible(db: Session, actor: Actor, public_id: str) -> Opportunity:
    """`NotFound` alike for what is missing and for what this actor may not know of."""
    found = get_opportunity(db, public_id)
    allowed = rules.may_see(actor, found)
    if not allowed:
        raise NotFound(allowed.reason)
    return found


def called_off(db: Session, opportunity: Opportunity) -> tuple[Organisation, str]:
    """Whose a cancelled opening was, and why it was cancelled, in words."""
    return db.get_one(Organisation, opportunity.org_id), last_reason(db, opportunity.id)


def get_ours(db: Session, actor: Actor, public_id: str) -> Opportunity:
    """One of an organisation for which this actor posts, else `NotFound`."""
    found = get_opportunity(db, public_id)
    if not rules.may_post(actor, found.org_id):
        raise NotFound(_("There is no such opening."))
    return found


def asked_for(db: Session, opportunity: Opportunity, version: int | None = None) -> tuple[Asked, ...]:
    """The requirements of a version in their order; of the current one unless said. The draft's are version 0."""
    wanted = opportunity.version if version is None else version
    found = db.exec(
        select(Requirement, Skill)
        .join(Skill, col(Skill.id) == col(Requirement.skill_id))
        .where(Requirement.opportunity_id == opportunity.id, Requirement.version == wanted)
        .order_by(col(Requirement.position), col(Requirement.id))
    ).all()
    return tuple(
        Asked(
            r.skill_id,
            skill.public_id,
            skill.name,
            r.level,
            r.essential,
            r.weight,
            skill.status == SkillStatus.ACTIVE,
        )
        for r, skill in found
    )


def parts_of(db: Session, opportunity_id: int) -> tuple[Part, ...]:
    found = db.exec(
        select(DeliverableSpec)
        .where(DeliverableSpec.opportunity_id == opportunity_id)
        .order_by(col(DeliverableSpec.position))
    ).all()
    return tuple(Part(d.title, d.text, d.accepted_when) for d in found)


def questions_of(db: Session, opportunity_id: int) -> list[Question]:
    """In their order, at most three."""
    return list(
        db.exec(
            select(Question).where(Question.opportunity_id == opportunity_id).order_by(col(Question.position))
        ).all()
    )


def whole(db: Session, opportunity: Opportunity) -> Whole:
    """The opportunity with its parts, its organisation and its rubric. At most eight statements, and as many again
    for the programme of a micro-apprenticeship."""
    return Whole(
        opportunity,
        db.get_one(Organisation, opportunity.org_id),
        parts_of(db, opportunity.id),
        asked_for(db, opportunity),
        tuple(q.text for q in questions_of(db, opportunity.id)),
        rubric_with_criteria(db, opportunity.rubric_id) if opportunity.rubric_id else None,
        addenda_of(db, opportunity.id),
        whole_of_id(db, opportunity.programme_version_id) if opportunity.programme_version_id else None,
    )


def addenda_of(db: Session, opportunity_id: int) -> tuple[Addendum, ...]:
    """What was added to the published terms, the oldest first."""
    wanted = select(Addendum).where(Addendum.opportunity_id == opportunity_id)
    return tuple(db.exec(wanted.order_by(col(Addendum.version))))


def terms_since(db: Session, opportunity_id: int, version: int) -> dict[int, Terms]:
    """The terms as published, word for word, by version: of this one and of all that came after it. One statement."""
    found = db.exec(
        select(OpportunityVersion).where(
            OpportunityVersion.opportunity_id == opportunity_id, OpportunityVersion.version >= version
        )
    )
    return {one.version: one.terms for one in found}


class OurRow(NamedTuple):
    """One line of an organisation's own list."""

    id: int
    public_id: str
    org_name: str
    kind: Kind
    status: Status
    title: str
    seats: int
    seats_taken: int
    applicants_count: int
    deadline_at: datetime | None
    time_zone: str
    starts_on: date | None
    updated_at: datetime


def _ours(more: bool) -> Select[tuple[object, ...]]:
    o, org = Opportunity.__table__.c, Organisation.__table__.c  # type: ignore[attr-defined]
    wanted = (
        rows(
            o.id,
            o.public_id,
            org.name,
            o.kind,
            o.status,
            o.title,
            o.seats,
            o.seats_taken,
            o.applicants_count,
            o.deadline_at,
            o.time_zone,
            o.starts_on,
            o.updated_at,
        )
        .join(Organisation.__table__, org.id == o.org_id)  # type: ignore[attr-defined]
        .where(o.org_id.in_(bindparam("org_ids", expanding=True)))
        .where(o.status.in_(bindparam("statuses", expanding=True)))
        .order_by(desc(o.id))
        .limit(bindparam("size"))
    )
    return wanted.where(o.id < bindparam("after")) if more else wanted


_OURS = {more: _ours(more) for more in (False, True)}
OURS: Read = _OURS[False]
"""The first of `ours`, to be read beside something else: rows for `OurRow`. Takes what `given_ours` gives."""


def given_ours(org_ids: Sequence[int], statuses: Sequence[Status], size: int) -> dict[str, object]:
    return {"org_ids": list(org_ids), "statuses": list(statuses), "size": size}


def ours(
    db: Session,
    org_ids: tuple[int, ...],
    statuses: tuple[Status, ...],
    size: int,
    after: int | None = None,
) -> list[OurRow]:
    """The organisations' own postings in these states, newest first, one more than `size`. One statement."""
    found = db.connection().execute(
        _OURS[after is not None],
        {"org_ids": list(org_ids), "statuses": list(statuses), "size": size + 1, "after": after},
    )
    return [OurRow._make(row) for row in found]


def due_to_close(db: Session, now: datetime, limit: int) -> list[Opportunity]:
    """Open for applications past their deadline, or with as many applicants as they take."""
    return list(
        db.exec(
            select(Opportunity)
            .where(
                col(Opportunity.status).in_((Status.PUBLISHED, Status.PAUSED)),
                or_(
                    col(Opportunity.deadline_at) <= now,
                    col(Opportunity.applicants_count) >= col(Opportunity.applicants_cap),
                ),
            )
            .limit(limit)
        ).all()
    )


def last_return(db: Session, opportunity_id: int) -> str:
    """What a moderator wrote when sending it back last, empty when never."""
    return _last_note(db, opportunity_id, "return")


def last_reason(db: Session, opportunity_id: int) -> str:
    """Why it was cancelled, in words."""
    return _last_note(db, opportunity_id, "cancel")


def _last_note(db: Session, opportunity_id: int, step: str) -> str:
    found = db.exec(
        select(Transition.note)
        .where(
            Transition.subject_kind == "opportunity",
            Transition.subject_id == opportunity_id,
            Transition.step == step,
        )
        .order_by(col(Transition.id).desc())
        .limit(1)
    ).first()
    return found or ""
