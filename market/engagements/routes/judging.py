"""Pages of judging: first blind, then side by side, then signed."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, require, signed_in
from market.accounts.models import Organisation, Person
from market.accounts.queries import display_names
from market.engagements import assessments, pairs, queries, rules
from market.engagements.assessments import HandedInAnew, Judged, Open
from market.engagements.forms import steps_of
from market.engagements.models import AssessmentSide, AssessmentStatus, Engagement
from market.errors import Invalid, NotFound
from market.rubrics.queries import RubricView, rubric_with_criteria
from market.web.forms import BLANK, Entry, Form, filled, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.seen import carried
from market.words import _


def _rubric(db: Session, engagement: Engagement) -> RubricView:
    if engagement.rubric_id is None:
        raise NotFound(_("No rubric was published with this work."))
    return rubric_with_criteria(db, engagement.rubric_id)


def _may(actor: Actor, engagement: Engagement) -> None:
    asked = rules.may_self_assess if actor.id == engagement.person_id else rules.may_assess
    require(asked(actor, engagement, clock.now()))


def _two(db: Session, actor: Actor, engagement: Engagement, seen: Open) -> dict[str, Any]:
    """The two assessors as far as they are open to the reader: `assessor` is the first, `second` the second."""
    bench = pairs.bench_of(db, engagement)
    side = pairs.side_of(actor, engagement, bench)
    first, second = {
        AssessmentSide.SELF: (seen.theirs, seen.fellow),
        AssessmentSide.ASSESSOR1: (seen.mine, seen.fellow),
        AssessmentSide.ASSESSOR2: (seen.fellow, seen.mine),
    }[side]
    on_bench = rules.is_pair(bench) and actor.id in bench
    names = display_names(db, [*bench, *(one.row.person_id for one in (first, second) if one)])
    fellow = bench[actor.id == bench[0]] if on_bench else 0
    return {
        "assessor": first,
        "second": second,
        "side": side,
        "is_two": rules.is_pair(bench),
        "on_bench": on_bench,
        "fellow": names.get(fellow) or _("the other assessor"),
        "named": [
            (names.get(one.row.person_id) or _("Someone who left")) if one else "" for one in (first, second)
        ],
        "differ": pairs.apart(first.steps, second.steps) if first and second else set(),
        "blind": pairs.blind_of(db, engagement)
        if first and first.row.status is AssessmentStatus.SIGNED
        else {},
    }


def _with_people(
    db: Session, engagement: Engagement, entry: Entry[Any], stale: HandedInAnew | None
) -> dict[str, Any]:
    parts = queries.milestones_of(db, engagement.id)
    return {
        "entry": entry,
        "stale": stale.reason if stale else "",
        "status": stale.status_code if stale else entry.status,
        # What there was to read when the person began, in a hidden field: nobody judges what they have not seen.
        "seen": entry.value("seen") if entry.errors else assessments.handed_in(parts),
        "engagement": engagement,
        "person": db.get_one(Person, engagement.person_id),
        "org": db.get_one(Organisation, engagement.org_id),
        "handed_in": [(m, queries.versions_of(db, m)) for m in parts if m.version],
    }


def write(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[Any] = BLANK,
    stale: HandedInAnew | None = None,
) -> Response:
    """Choose a step for each criterion, without seeing the other side's."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    rubric = _rubric(db, engagement)
    seen = assessments.open_to(db, actor, engagement)
    mine, own = seen.mine, actor.id == engagement.person_id
    if assessments.is_in(mine) or (own and seen.theirs is not None):
        return see_other(request, "assessments.compare", id=engagement.public_id)
    if entry is BLANK:
        _may(actor, engagement)
        entry = filled(**_values(rubric, mine.steps if mine else {}))
    return render(
        request,
        "engagements/assess.html",
        **_with_people(db, engagement, entry, stale),
        rubric=rubric,
        theirs_in=seen.theirs_in,
        **_two(db, actor, engagement, seen),
        colleague=assessments.drafting(db, actor, engagement),
        may_leave_out=rules.may_leave_out(engagement),
        own=own,
    )


def _values(rubric: RubricView, steps: Mapping[int, tuple[int, str]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for criterion in rubric.criteria:
        if criterion.id in steps:
            made[f"step-{criterion.position}"], made[f"why-{criterion.position}"] = steps[criterion.id]
    return made


def put_in(request: Request, db: Session, actor: Actor) -> Response:
    """Put the steps in, or keep them as a draft."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    rubric = _rubric(db, engagement)
    _may(actor, engagement)
    entry = read(Form, request.state.form)
    steps, errors = steps_of(dict(entry.values), rubric)
    if not errors:
        if entry.value("save") == "draft":
            assessments.save(db, actor, engagement, rubric, steps)
            return see_other(
                request, "assessments.write", id=engagement.public_id, said=_("Kept. Only you see it.")
            )
        try:
            assessments.submit(db, actor, engagement, rubric, steps, read=carried(entry))
        except Invalid as refused:
            errors = refused.fields
        except HandedInAnew as stale:
            return write(request, db, actor, Entry(entry.values), stale)
    if errors:
        return write(request, db, actor, Entry(entry.values, None, errors))
    return see_other(request, "assessments.compare", id=engagement.public_id, said=_("Your steps are in."))


def compare(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[Any] = BLANK,
    stale: HandedInAnew | None = None,
) -> Response:
    """Both sides' steps side by side, as far as they are open to the reader."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    rubric = _rubric(db, engagement)
    seen = assessments.open_to(db, actor, engagement)
    mine, theirs = seen.mine, seen.theirs
    if theirs is None and not assessments.is_in(mine):
        _may(
            actor, engagement
        )  # else the form would refuse them: a moderator, or anyone once the time is over
        return see_other(request, "assessments.write", id=engagement.public_id)
    if not assessments.is_in(mine):
        mine = None  # signed before this was put in: the draft stays with its author
    own = actor.id == engagement.person_id
    two = _two(db, actor, engagement, seen._replace(mine=mine))
    assessor: Judged | None = two["assessor"]
    signing = (
        two["side"] is AssessmentSide.ASSESSOR1
        and mine is not None
        and mine.row.status is AssessmentStatus.SUBMITTED
        and bool(rules.may_sign(False, two["is_two"], two["second"] is not None))
        and bool(rules.may_assess(actor, engagement, clock.now()))
    )
    if entry is BLANK and mine is not None:
        values = _values(rubric, mine.steps)
        if signing:  # where the two chose apart, a word of how they agreed is asked for
            values |= {f"why-{c.position}": "" for c in rubric.criteria if c.id in two["differ"]}
        entry = filled(comment=mine.row.comment, **values)
    return render(
        request,
        "engagements/compare.html",
        **_with_people(db, engagement, entry, stale),
        rubric=rubric,
        **two,
        self_=mine if own else theirs,
        own=own,
        signing=signing,
        waiting=theirs is None,
        may_leave_out=rules.may_leave_out(engagement),
        may_judge=rules.may_assess(actor, engagement, clock.now()),
        shows=_shows(rubric, assessor),
    )


def _shows(rubric: RubricView, assessor: Judged | None) -> list[tuple[str, float, str]]:
    """What each skill's steps will show, in words: skill, level, how."""
    if assessor is None:
        return []
    made = []
    for skill_id in rubric.skill_ids:
        rows = [c for c in rubric.criteria if c.skill_id == skill_id and c.id in assessor.steps]
        if rows:
            level = (
                sum(c.weight * c.shows(assessor.steps[c.id][0]) for c in rows)
                / sum(c.weight for c in rows)
                / 1000
            )
            how = ", ".join(
                _(
                    "step %(step)s of a criterion at level %(level)s",
                    step=assessor.steps[c.id][0],
                    level=c.target_level,
                )
                for c in rows
            )
            made.append((rows[0].skill, level, how))
    return made


def sign(request: Request, db: Session, actor: Actor) -> Response:
    """Sign the assessment: it can be added to, never changed."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    rubric = _rubric(db, engagement)
    _may(actor, engagement)
    entry = read(Form, request.state.form)
    steps, errors = steps_of(dict(entry.values), rubric)
    comment = str(entry.value("comment")).strip()
    if len(comment) > 2000:
        errors["comment"] = _("This is %(n)s characters long. Shorten it to 2000.", n=len(comment))
    if not errors:
        try:
            assessments.sign(db, actor, engagement, rubric, steps, comment, read=carried(entry))
        except Invalid as refused:
            errors = dict(refused.fields)
        except HandedInAnew as stale:
            return compare(request, db, actor, Entry(entry.values), stale)
    if errors:
        return compare(request, db, actor, Entry(entry.values, None, errors))
    return see_other(
        request,
        "assessments.compare",
        id=engagement.public_id,
        said=_("Signed. It counts as soon as the work has ended."),
    )


routes: list[MarketRoute] = [
    page("/work/{id}/assess", write, name="assessments.write", allow=signed_in),
    action("/work/{id}/assess", put_in, name="assessments.put_in", allow=signed_in),
    page("/work/{id}/assessment", compare, name="assessments.compare", allow=signed_in),
    action("/work/{id}/assessment", sign, name="assessments.sign", allow=signed_in),
]
