"""Openings of kind micro-apprenticeship: rounds of a published programme.

Title, summary, hours, parts, skills and rubric are the programme's and are not written again; the opening adds a start
(together, or one after another), places, pay at or above the programme's, dates and questions.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Unpack

from sqlmodel import Session

from market.access import Actor, require
from market.accounts.models import Organisation
from market.errors import Invalid
from market.opportunities import drafting
from market.opportunities.drafts import Fields, Need, Part
from market.opportunities.models import Opportunity
from market.opportunities.rules import Kind, Mode, PayBasis
from market.programmes import queries as programmes
from market.programmes import rounds
from market.programmes import rules as programme_rules
from market.programmes.models import Programme
from market.programmes.queries import Whole
from market.programmes.rules import Phase
from market.words import _


class PlannedPart(NamedTuple):
    """One milestone as the programme plans it, with the hours that its pay is split by."""

    part: Part
    phase: Phase
    task_id: int | None
    week: int
    paid_hours: int


def planned_parts(whole: Whole) -> tuple[PlannedPart, ...]:
    """The tasks in their order, then the capstone: what is handed in, and what becomes milestones."""
    draft = whole.draft
    tasks = [
        PlannedPart(
            Part(t.title, t.text, t.accepted_when), Phase.TASKS, t.id, t.week, t.hours if t.productive else 0
        )
        for t in draft.tasks
    ]
    capstone = PlannedPart(
        Part(
            _("Capstone: %(title)s", title=draft.capstone_title),
            draft.capstone_brief,
            draft.capstone_accepted_when,
        ),
        Phase.CAPSTONE,
        None,
        draft.weeks,
        draft.capstone_hours if draft.capstone_productive else 0,
    )
    return (*tasks, capstone)


def needs_of(whole: Whole) -> tuple[Need, ...]:
    """What the opening asks for: the skills to come with.

    A programme that asks for none has a list in order all the same: a beginning in what it teaches counts a little.
    """
    asked = tuple(Need(one.skill_id, one.level, one.essential) for one in whole.draft.entry)
    return asked or tuple(Need(skill_id, 1, essential=False, weight=1) for skill_id in whole.skill_ids)


def open_round(db: Session, actor: Actor, programme: Programme, **fields: Unpack[Fields]) -> Opportunity:
    """A draft of an opening that takes people into the newest version of the programme."""
    require(programme_rules.may_open(actor, programme))
    whole = programmes.whole(db, programmes.newest(db, programme))
    draft = whole.draft
    answer_days = db.get_one(Organisation, programme.org_id).answer_days
    said: Fields = {
        "kind": Kind.MICRO_APPRENTICESHIP,
        "title": draft.title,
        "summary": draft.summary,
        "language": draft.language,
        "hours": draft.workload_hours,
        "weeks": draft.weeks,
        "pay_basis": PayBasis.FIXED,
        "pay_minor": draft.pay_minor,
        "currency": draft.currency,
        "mode": Mode(draft.mode.value),
        "place": draft.place,
        "time_zone": actor.time_zone,
        "access_needs": draft.access_needs,
        "learner_cost_minor": draft.learner_cost_minor,
        "ip_note": draft.ip_note,
        "answer_days": answer_days,
        "rubric_id": whole.version.rubric_id,
        **fields,
    }
    made = drafting.create_draft(
        db,
        actor,
        programme.org_id,
        parts=[one.part for one in planned_parts(whole)],
        needs=needs_of(whole),
        programme_version_id=whole.version.id,
        **said,
    )
    rounds.plan(db, whole.version.id, made.id, starts_on=made.starts_on, seats=made.seats)
    return made


def save_round(
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    *,
    is_rolling: bool,
    seen: int | None = None,
    questions: Sequence[str] | None = None,
    **fields: Unpack[Fields],
) -> None:
    """Save the draft of a round. `Invalid` where it pays less than its programme says."""
    whole = programmes.whole_of_id(db, opportunity.programme_version_id or 0)
    if fields.get("pay_minor", opportunity.pay_minor) < whole.draft.pay_minor:
        words = _("The programme says what it pays: pay that, or more.")
        raise Invalid(words, pay=words)
    drafting.save_draft(db, actor, opportunity, seen=seen, questions=questions, **fields)
    starts_on: date | None = None if is_rolling else opportunity.starts_on
    rounds.plan(db, whole.version.id, opportunity.id, starts_on=starts_on, seats=opportunity.seats)
