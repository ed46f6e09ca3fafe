"""Drafts: begun, saved as often as wanted, copied from an earlier posting. Two editors never overwrite each other."""

from collections.abc import Sequence
from typing import Any, Unpack

from sqlalchemy import update
from sqlmodel import Session, col, delete

from market import clock
from market.access import Actor, require
from market.errors import Conflict, Invalid
from market.opportunities import queries, rules
from market.opportunities.drafts import Fields, Need, Part
from market.opportunities.models import DeliverableSpec, Opportunity, Question, Requirement
from market.opportunities.quality import MOST_HOURS, MOST_QUESTIONS, MOST_SKILLS
from market.opportunities.rules import Kind, Status
from market.programmes import rounds
from market.rubrics.queries import rubric_with_criteria
from market.rubrics.rules import STEPS
from market.rubrics.service import copy_rubric, drafts_of, rewrite
from market.words import _


def create_draft(
    db: Session,
    actor: Actor,
    org_id: int,
    *,
    parts: Sequence[Part] = (),
    needs: Sequence[Need] = (),
    questions: Sequence[str] = (),
    programme_version_id: int | None = None,
    **fields: Unpack[Fields],
) -> Opportunity:
    """A new draft for the organisation. It may be as empty as the person likes.

    A micro-apprenticeship is made from its programme, by `apprenticing.open_round`.
    """
    require(rules.may_post(actor, org_id))
    given: Fields = {"kind": Kind.GIG, "hours": 8, **fields}
    _refuse_kind(given["kind"], given["hours"], programme_version_id)
    opportunity = Opportunity(
        org_id=org_id, author_id=actor.id, programme_version_id=programme_version_id, **given
    )
    db.add(opportunity)
    db.flush()
    _put_parts(db, opportunity.id, parts)
    _put_needs(db, opportunity.id, needs)
    _put_questions(db, opportunity.id, questions)
    return opportunity


def save_draft(
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    *,
    seen: int | None = None,
    parts: Sequence[Part] | None = None,
    needs: Sequence[Need] | None = None,
    questions: Sequence[str] | None = None,
    **fields: Unpack[Fields],
) -> None:
    """Save what is given; what is not given stays.

    `seen` is the `draft_version` the writer had before them. `Conflict` when someone has saved since, or when it is
    not a draft any more; `Forbidden` for those who do not post for the organisation.
    """
    require(rules.may_post(actor, opportunity.org_id))
    allowed = rules.may_edit(actor, opportunity)
    if not allowed:
        raise Conflict(allowed.reason)
    _refuse_kind(
        fields.get("kind", opportunity.kind),
        fields.get("hours", opportunity.hours),
        opportunity.programme_version_id,
    )
    expected = opportunity.draft_version if seen is None else seen
    changes: dict[str, Any] = {**fields, "draft_version": expected + 1, "updated_at": clock.now()}
    moved = db.connection().execute(
        update(Opportunity)
        .where(
            col(Opportunity.id) == opportunity.id,
            col(Opportunity.status) == Status.DRAFT,
            col(Opportunity.draft_version) == expected,
        )
        .values(**changes)
    )
    if moved.rowcount != 1:
        raise Conflict(
            _("Someone else saved this draft while you were writing. Compare it with yours, then save again.")
        )
    db.refresh(opportunity)
    if parts is not None:
        _put_parts(db, opportunity.id, parts)
    if needs is not None:
        _put_needs(db, opportunity.id, needs)
        _align_rubric(db, opportunity, needs)
    if questions is not None:
        _put_questions(db, opportunity.id, questions)


def _align_rubric(db: Session, opportunity: Opportunity, needs: Sequence[Need]) -> None:
    """Step 3 shows the level asked: when that level changes, the criteria of the draft's rubric follow."""
    if opportunity.rubric_id is None:
        return
    view = rubric_with_criteria(db, opportunity.rubric_id)
    asked = {need.skill_id: need.level for need in needs}
    levels = [asked.get(c.skill_id, c.target_level) for c in view.criteria]
    if view.rubric.frozen_at is None and levels != [c.target_level for c in view.criteria]:
        usual: tuple[int | None, ...] = (None,) * STEPS
        drafts = [
            one._replace(target_level=level, shows_milli=usual)
            for one, level in zip(drafts_of(view), levels, strict=True)
        ]
        rewrite(db, view.rubric, view.rubric.title, drafts, pass_mark=view.rubric.pass_mark)


def copy(db: Session, actor: Actor, opportunity: Opportunity) -> Opportunity:
    """A new draft with the same words, without its dates. The rubric comes along as a copy that can be changed."""
    whole = queries.whole(db, opportunity)
    is_round = opportunity.programme_version_id is not None  # its rubric is the programme's, and stays
    draft = create_draft(
        db,
        actor,
        opportunity.org_id,
        parts=whole.parts,
        needs=whole.draft.needs,
        questions=whole.questions,
        programme_version_id=opportunity.programme_version_id,
        **{name: getattr(opportunity, name) for name in _COPIED},
    )
    draft.copied_from_id = opportunity.id
    if is_round:
        draft.rubric_id = opportunity.rubric_id
        rounds.plan(db, opportunity.programme_version_id or 0, draft.id, starts_on=None, seats=draft.seats)
    elif opportunity.rubric_id is not None:
        draft.rubric_id = copy_rubric(db, opportunity.rubric_id, opportunity.org_id).id
    db.add(draft)
    db.flush()
    return draft


_COPIED = (
    "kind", "title", "summary", "language", "hours", "weeks", "pay_basis", "pay_minor", "currency", "seats",
    "applicants_cap", "invited_count", "mode", "place", "time_zone", "overlap_hours", "access_needs",
    "learner_cost_minor", "ip_note", "answer_days",
)  # fmt: skip


def _refuse_kind(kind: Kind, hours: int, programme_version_id: int | None) -> None:
    """Only what can be posted here, within the hours of its kind."""
    if (kind == Kind.MICRO_APPRENTICESHIP) != (programme_version_id is not None):
        raise Invalid(
            _("A micro-apprenticeship is posted from its programme."),
            kind=_("Choose a gig or a trial project."),
        )
    most = MOST_HOURS[kind]
    if not 1 <= hours <= most:
        words = (
            _("A trial project takes 1 to %(most)s hours.", most=most)
            if kind is Kind.TRIAL
            else _("A micro-apprenticeship takes 1 to %(most)s hours.", most=most)
            if kind == Kind.MICRO_APPRENTICESHIP
            else _("A gig takes 1 to %(most)s hours.", most=most)
        )
        raise Invalid(words, hours=words)


def _put_parts(db: Session, opportunity_id: int, parts: Sequence[Part]) -> None:
    db.exec(delete(DeliverableSpec).where(col(DeliverableSpec.opportunity_id) == opportunity_id))
    for position, part in enumerate(parts, start=1):
        db.add(DeliverableSpec(opportunity_id=opportunity_id, position=position, **part._asdict()))
    db.flush()


def _put_needs(db: Session, opportunity_id: int, needs: Sequence[Need]) -> None:
    if len({need.skill_id for need in needs}) != len(needs):
        raise Invalid(_("A skill is asked for twice."), needs=_("Name each skill once."))
    if len(needs) > MOST_SKILLS:
        raise Invalid(
            _("%(n)s skills are too many to judge: keep %(most)s", n=len(needs), most=MOST_SKILLS) + ".",
            needs=_("Keep at most %(most)s skills.", most=MOST_SKILLS),
        )
    db.exec(
        delete(Requirement).where(
            col(Requirement.opportunity_id) == opportunity_id, col(Requirement.version) == 0
        )
    )
    for position, need in enumerate(needs, start=1):
        db.add(Requirement(opportunity_id=opportunity_id, version=0, position=position, **need._asdict()))
    db.flush()


def _put_questions(db: Session, opportunity_id: int, questions: Sequence[str]) -> None:
    if len(questions) > MOST_QUESTIONS:
        raise Invalid(_("Ask at most three questions."), questions=_("Ask at most three questions."))
    db.exec(delete(Question).where(col(Question.opportunity_id) == opportunity_id))
    for position, text in enumerate(questions, start=1):
        db.add(Question(opportunity_id=opportunity_id, position=position, text=text))
    db.flush()
