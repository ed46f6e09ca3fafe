"""Judging by the published rubric: each side chooses blind, then both are open, then the assessor signs.

What is signed is written to the ledger (see `outcomes`) and never changed; neither side leads the other, since steps
are shown only to those who have put in their own. Where a programme names two assessors, each chooses blind; the first
signs what the two agree on.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlmodel import Session, col, delete, select

from market import clock
from market.access import Actor, require
from market.accounts.queries import display_names
from market.engagements import outcomes, pairs, queries, rules
from market.engagements.models import (
    Assessment,
    AssessmentResult,
    AssessmentSide,
    AssessmentStatus,
    Engagement,
    Milestone,
)
from market.errors import Conflict, Invalid
from market.outbox import announce
from market.rubrics.queries import RubricView
from market.rubrics.rules import passes
from market.words import _


class Judged(NamedTuple):
    """One assessment with its steps: criterion id to (step, words)."""

    row: Assessment
    steps: dict[int, tuple[int, str]]


def of_engagement(db: Session, engagement: Engagement) -> dict[AssessmentSide, Judged]:
    """The assessments of the round that is judged now, by side."""
    rows = db.exec(
        select(Assessment).where(
            Assessment.engagement_id == engagement.id, Assessment.round == engagement.assessment_round
        )
    ).all()
    latest = {row.by_side: row for row in rows}
    results = db.exec(
        select(AssessmentResult).where(
            col(AssessmentResult.assessment_id).in_([r.id for r in latest.values()])
        )
    ).all()
    return {
        side: Judged(
            row, {r.criterion_id: (r.step, r.feedback) for r in results if r.assessment_id == row.id}
        )
        for side, row in latest.items()
    }


class Open(NamedTuple):
    """What one reader may see now: their own side's assessment, and the other side's."""

    mine: Judged | None
    theirs: Judged | None
    theirs_in: bool  # the other side has put its steps in: the one thing that is told before they are open
    fellow: Judged | None = (
        None  # of two assessors the other one (to everyone else: the second), where it is open
    )


def is_in(one: Judged | None) -> bool:
    """Are these steps put in, and no draft any more?"""
    return one is not None and one.row.status is not AssessmentStatus.DRAFT


def open_to(db: Session, actor: Actor, engagement: Engagement) -> Open:
    """What this reader may see. A draft is its author's alone; a moderator reads what both sides may read.

    What one of two assessors chose is closed to all others until the second has chosen too: nobody could tell them.
    """
    found, bench = of_engagement(db, engagement), pairs.bench_of(db, engagement)
    own = pairs.side_of(actor, engagement, bench)
    first, second = found.get(AssessmentSide.ASSESSOR1), found.get(AssessmentSide.ASSESSOR2)
    is_signed = first is not None and first.row.status is AssessmentStatus.SIGNED
    both_in = is_in(first) and is_in(second)
    if rules.is_pair(bench) and actor.id not in bench and not is_signed and not both_in:
        first = second = None
    mine = {AssessmentSide.SELF: found.get(AssessmentSide.SELF), AssessmentSide.ASSESSOR1: first}.get(
        own, second
    )
    theirs = first if own is AssessmentSide.SELF else found.get(AssessmentSide.SELF)
    fellow = first if own is AssessmentSide.ASSESSOR2 else second
    theirs_in = is_in(theirs)
    if mine is not None and mine.row.status is AssessmentStatus.DRAFT and mine.row.person_id != actor.id:
        mine = None
    fellow = fellow if may_see_theirs(mine, fellow) or (is_signed and is_in(fellow)) else None
    if not rules.parties(actor, engagement):
        signed = mine is not None and mine.row.status is AssessmentStatus.SIGNED
        if not signed and not (mine is not None and may_see_theirs(mine, theirs)):
            return Open(None, None, theirs_in)
    return Open(mine, theirs if may_see_theirs(mine, theirs) else None, theirs_in, fellow)


def drafting(db: Session, actor: Actor, engagement: Engagement) -> str:
    """The colleague who keeps a draft of the organisation's assessment, by name; nothing where nobody does."""
    own = pairs.side_of(actor, engagement, pairs.bench_of(db, engagement))
    found = of_engagement(db, engagement).get(own)
    if (
        found is None
        or found.row.status is not AssessmentStatus.DRAFT
        or own is AssessmentSide.SELF
        or found.row.person_id == actor.id
    ):
        return ""
    return display_names(db, [found.row.person_id]).get(found.row.person_id, "")


def _hold_and_require(
    db: Session, actor: Actor, engagement: Engagement
) -> tuple[AssessmentSide, tuple[int, ...]]:
    """One writer at a time, also beside the end of the work: either of the two sees what the other did."""
    queries.hold(db, engagement)
    bench = pairs.bench_of(db, engagement)
    side = pairs.side_of(actor, engagement, bench)
    asked = rules.may_self_assess if side is AssessmentSide.SELF else rules.may_assess
    require(asked(actor, engagement, clock.now()))
    return side, bench


class HandedInAnew(Conflict):
    """What is judged is not what was read: another version was handed in meanwhile."""


def handed_in(milestones: Sequence[Milestone]) -> str:
    """Which versions of which parts there are to judge, for a page to carry: `1.2 3.1`."""
    return " ".join(f"{m.position}.{m.version}" for m in milestones if m.version)


def require_read(db: Session, engagement: Engagement, read: str | None) -> None:
    """What was read, as `handed_in` wrote it, is what there is now. None: it is not asked."""
    now = queries.milestones_of(db, engagement.id)
    if read is None or read == handed_in(now):
        return
    before = read.split()
    other = next((m for m in now if m.version and f"{m.position}.{m.version}" not in before), None)
    if other is not None:
        raise HandedInAnew(
            _(
                "Since you opened this page, version %(n)s of “%(part)s” was handed in.",
                n=other.version,
                part=other.title,
            )
        )


def _changed_without_words(
    c_id: int, before: Mapping[int, tuple[int, str]], now: Mapping[int, tuple[int, str]]
) -> bool:
    """A step that is another than the one put in, with the words of the first or none."""
    old, new = before.get(c_id, (None, "")), now[c_id]
    return old[0] != new[0] and new[1] in ("", old[1])


def save(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    rubric: RubricView,
    steps: Mapping[int, tuple[int, str]],
    comment: str = "",
) -> Assessment:
    """Keep steps as a draft that nobody else sees. It takes the place of a draft that a colleague began."""
    side, _bench = _hold_and_require(db, actor, engagement)
    both = of_engagement(db, engagement)
    found, signed = both.get(side), both.get(AssessmentSide.ASSESSOR1)
    if side is not AssessmentSide.ASSESSOR1 and signed and signed.row.status is AssessmentStatus.SIGNED:
        raise Conflict(
            _("The assessment is signed and open to you, so your own can no longer be made blind.")
        )
    if found is not None and found.row.status is not AssessmentStatus.DRAFT:
        raise Conflict(_("Your steps are in already."))
    row = (
        found.row
        if found
        else Assessment(
            engagement_id=engagement.id,
            rubric_id=rubric.rubric.id,
            by_side=side,
            round=engagement.assessment_round,
            person_id=actor.id,
        )
    )
    row.person_id, row.comment = actor.id, comment
    db.add(row)
    db.flush()
    put(db, row, rubric, steps)
    return row


def submit(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    rubric: RubricView,
    steps: Mapping[int, tuple[int, str]],
    comment: str = "",
    *,
    read: str | None = None,
) -> Assessment:
    """Put in one's steps, one for each criterion. From here on both sides' steps are open to whoever has put in theirs.

    `read` is what `handed_in` said when the page was opened; `HandedInAnew` where more has come since.
    """
    need_all(rubric, steps, rules.may_leave_out(engagement))
    _hold_and_require(db, actor, engagement)
    require_read(db, engagement, read)
    row = save(db, actor, engagement, rubric, steps, comment)
    row.status, row.submitted_at = AssessmentStatus.SUBMITTED, clock.now()
    db.add(row)
    db.flush()
    if row.by_side is not AssessmentSide.SELF and rules.is_pair(pairs.bench_of(db, engagement)):
        pairs.keep(db, engagement, row.by_side, steps, {c.id for c in rubric.criteria})
    announce(
        db,
        "assessment.submitted",
        actor,
        subject=("assessment", row.id),
        engagement_id=engagement.id,
        by_self=row.by_side is AssessmentSide.SELF,
    )
    return row


def sign(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    rubric: RubricView,
    steps: Mapping[int, tuple[int, str]],
    comment: str,
    *,
    read: str | None = None,
) -> Assessment:
    """The assessor's last word, after both sides are open (or the person chose not to judge themselves).

    Of two assessors the first signs, with a word on every criterion where they chose apart. `read` as in `submit`.
    """
    side, bench = _hold_and_require(db, actor, engagement)
    require_read(db, engagement, read)
    if side is AssessmentSide.SELF:
        raise Conflict(_("Your own steps need no signature."))
    both = of_engagement(db, engagement)
    found, second = both.get(side), both.get(AssessmentSide.ASSESSOR2)
    allowed = rules.may_sign(side is AssessmentSide.ASSESSOR2, rules.is_pair(bench), is_in(second))
    if not allowed:
        raise Conflict(allowed.reason)
    if found is None or found.row.status is AssessmentStatus.DRAFT:
        raise Conflict(_("Put in your steps first."))
    if found.row.status is AssessmentStatus.SIGNED:
        raise Conflict(_("This was signed before. It can be added to, never changed."))
    need_all(rubric, steps, rules.may_leave_out(engagement))
    differ = pairs.apart(found.steps, second.steps) if second is not None and is_in(second) else set()
    unsaid = [
        c
        for c in rubric.criteria
        if c.id in differ and c.id in steps and steps[c.id][1] in ("", found.steps.get(c.id, (0, ""))[1])
    ]
    if unsaid:
        raise Invalid(
            _("You chose apart. Say how the two of you agreed."),
            **{f"why-{c.position}": _("Say how you agreed on “%(name)s”.", name=c.name) for c in unsaid},
        )
    changed = [
        c for c in rubric.criteria if c.id in steps and _changed_without_words(c.id, found.steps, steps)
    ]
    if changed:
        raise Invalid(
            _("Say why you changed a step."),
            **{f"why-{c.position}": _("Say why “%(name)s” changed.", name=c.name) for c in changed},
        )
    row = found.row
    row.person_id, row.comment, row.status, row.signed_at = (
        actor.id,
        comment,
        AssessmentStatus.SIGNED,
        clock.now(),
    )
    db.add(row)
    db.flush()
    put(db, row, rubric, steps)
    if engagement.needs_capstone:
        engagement.capstone_passed = is_passed(rubric, steps)
        db.add(engagement)
        db.flush()
    announce(db, "assessment.signed", actor, subject=("assessment", row.id), engagement_id=engagement.id)
    if engagement.status in rules.ENDED:
        outcomes.write_evidence(db, engagement)
    return row


def is_passed(rubric: RubricView, steps: Mapping[int, tuple[int, str]]) -> bool:
    """Does every needed criterion reach the pass mark? What was left out reaches nothing."""
    return passes(
        [(c.needed, steps[c.id][0] if c.id in steps else 0) for c in rubric.criteria], rubric.rubric.pass_mark
    )


def need_all(rubric: RubricView, steps: Mapping[int, tuple[int, str]], may_leave_out: bool = False) -> None:
    """A step for each criterion; where some may be left out, for one at least."""
    if may_leave_out and any(c.id in steps for c in rubric.criteria):
        return
    missing = [c for c in rubric.criteria if c.id not in steps]
    if missing:
        raise Invalid(
            _("Choose a step for each criterion."),
            **{f"step-{c.position}": _("Choose a step for “%(name)s”.", name=c.name) for c in missing},
        )


def put(db: Session, row: Assessment, rubric: RubricView, steps: Mapping[int, tuple[int, str]]) -> None:
    """Write the steps of an assessment in place of those it has."""
    known = {c.id for c in rubric.criteria}
    db.exec(delete(AssessmentResult).where(col(AssessmentResult.assessment_id) == row.id))
    for criterion_id, (step, feedback) in steps.items():
        if criterion_id in known:
            db.add(
                AssessmentResult(
                    assessment_id=row.id, criterion_id=criterion_id, step=step, feedback=feedback
                )
            )
    db.flush()


def may_see_theirs(mine: Judged | None, theirs: Judged | None) -> bool:
    """Is the other side's assessment open to someone with this one? When one's own is in, or theirs is signed."""
    if theirs is None or theirs.row.status is AssessmentStatus.DRAFT:
        return False
    return theirs.row.status is AssessmentStatus.SIGNED or is_in(mine)
