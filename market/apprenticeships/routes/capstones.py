"""Pages of the capstone: its brief and its attempts, the second one, and the appeal."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, Task, signed_in
from market.accounts.queries import display_names
from market.apprenticeships import capstone, forms, naming, queries, rules
from market.apprenticeships.models import Appeal
from market.apprenticeships.routes.running import to_read, view
from market.engagements.assessments import HandedInAnew, handed_in
from market.engagements.forms import steps_of
from market.engagements.models import Engagement
from market.engagements.queries import versions_of
from market.errors import Invalid, NotFound
from market.rubrics.queries import RubricView, rubric_with_criteria
from market.transitions import may_take
from market.web.forms import BLANK, Entry, Form, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.seen import carried
from market.words import N_, _


def show(request: Request, db: Session, actor: Actor) -> Response:
    """The capstone: what was asked, how it stands, and what can be done now."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    return _page(request, db, actor, engagement)


def _rubric(db: Session, engagement: Engagement) -> RubricView:
    if engagement.rubric_id is None:
        raise NotFound(_("No rubric was published with this work."))
    return rubric_with_criteria(db, engagement.rubric_id)


def _page(
    request: Request,
    db: Session,
    actor: Actor,
    engagement: Engagement,
    entry: Entry[Any] = BLANK,
    at: str = "",
    stale: HandedInAnew | None = None,
) -> Response:
    """The page, also with a form that was refused: `at` names which, `stale` says what came before it was sent."""
    _same, version = queries.get_running(db, actor, engagement.public_id)
    part = queries.capstone_of(db, engagement)
    said = capstone.signed(db, engagement)
    names = display_names(db, [one.person_id for one in said])
    now, found = clock.now(), capstone.judged(db, engagement)
    appeal = capstone.appeal_of(db, engagement)
    rubric = _rubric(db, engagement)
    judges = naming.judges_of(db, engagement)
    shown = view(request, db, actor, engagement, version)
    may_give = appeal is not None and bool(may_take(actor, appeal, "give"))
    return render(
        request,
        "apprenticeships/capstone.html",
        status=stale.status_code if stale else entry.status,
        stale=stale.reason if stale else "",
        seen=entry.value("seen") if entry.errors and at == "decide" else handed_in(shown["milestones"]),
        **shown,
        part=part,
        versions=versions_of(db, part) if part else [],
        rubric=rubric,
        signed=[
            (one, names.get(one.person_id) or _("Someone who left"), capstone.steps_of(db, one))
            for one in said
        ],
        appealed=rules.APPEALED,
        is_judged=found.is_signed,
        may_try_again=rules.may_try_again(
            engagement.status == "active",
            found,
            engagement.capstone_passed,
            engagement.assessment_round,
            capstone.is_appeal_open(db, engagement),
        ),
        may_appeal=rules.may_appeal(actor.id, engagement.person_id, found, now),
        appeal=appeal,
        may_give=may_give,
        may_decide=appeal is not None and bool(may_take(actor, appeal, "uphold")),
        is_orphaned=appeal is not None and capstone.is_orphaned(db, appeal),
        others=capstone.others(db, engagement, appeal) if appeal is not None and may_give else [],
        judges=judges,
        profiles=to_read(request, db, actor, (pid for pid, _name, _in in judges)),
        may_name=naming.may_name_assessors(db, actor, engagement),
        could_judge=queries.may_stand_in(db, engagement, Task.ASSESS),
        judge_by=naming.judge_by(engagement, part),
        entry=entry,
        at=at,
    )


def _back(request: Request, engagement: Engagement, said: str) -> Response:
    return see_other(request, "apprenticeships.capstone", id=engagement.public_id, said=said)


def _formed(
    form: type[Form], at: str, do: Callable[[Session, Actor, Engagement, Any], object], said: str
) -> Callable[[Request, Session, Actor], Response]:
    """A step that takes a form; refused, the page comes back with its words."""

    def handler(request: Request, db: Session, actor: Actor) -> Response:
        engagement, _version = queries.get_running(db, actor, request.path_params["id"])
        entry: Entry[Any] = read(form, request.state.form)
        if not entry.errors:
            try:
                do(db, actor, engagement, entry.data)
            except Invalid as refused:
                entry = Entry(entry.values, None, refused.fields)
        if entry.errors:
            return _page(request, db, actor, engagement, entry, at)
        return _back(request, engagement, _(said))

    handler.__doc__ = do.__doc__
    return handler


try_again = _formed(
    forms.TryAgain,
    "again",
    lambda db, actor, e, f: capstone.try_again(db, actor, e, f.due_on),
    N_("It is open again. Hand it in by the day you chose."),
)
appeal = _formed(
    forms.AppealForm,
    "appeal",
    lambda db, actor, e, f: capstone.appeal(db, actor, e, f.words),
    N_("Sent. Somebody else is named to look at it."),
)
give = _formed(
    forms.GiveForm,
    "give",
    lambda db, actor, e, f: capstone.give(db, actor, e, capstone.get_appeal(db, e), f.assessor),
    N_("Named. Both of them were told."),
)


name_assessors = _formed(
    forms.AssessorsForm,
    "assessors",
    lambda db, actor, e, f: naming.name_assessors(db, actor, e, f.first, f.second),
    N_("Named. Everyone concerned was told."),
)


def decide(request: Request, db: Session, actor: Actor) -> Response:
    """The answer to an appeal: steps by the same rubric, from somebody else. It counts."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    rubric = _rubric(db, engagement)
    found: Appeal = capstone.get_appeal(db, engagement)
    entry: Entry[Any] = read(forms.DecideForm, request.state.form)
    steps, errors = steps_of(dict(entry.values), rubric)
    errors = {**entry.errors, **errors}
    if not errors:
        try:
            read_before = carried(entry)
            capstone.decide(db, actor, engagement, found, rubric, steps, entry.data.comment, read=read_before)
        except Invalid as refused:
            errors = dict(refused.fields)
        except HandedInAnew as stale:
            return _page(request, db, actor, engagement, Entry(entry.values), "decide", stale)
    if errors:
        return _page(request, db, actor, engagement, Entry(entry.values, None, errors), "decide")
    return _back(request, engagement, _("Signed. It counts from now on."))


_CAPSTONE = "/work/{id}/capstone"
routes: list[MarketRoute] = [
    page(_CAPSTONE, show, name="apprenticeships.capstone", allow=signed_in),
    action(f"{_CAPSTONE}/again", try_again, name="apprenticeships.try_again", allow=signed_in),
    action(f"{_CAPSTONE}/appeal", appeal, name="apprenticeships.appeal", allow=signed_in),
    action(f"{_CAPSTONE}/assessor", give, name="apprenticeships.give", allow=signed_in),
    action(f"{_CAPSTONE}/assessors", name_assessors, name="apprenticeships.name_assessors", allow=signed_in),
    action(f"{_CAPSTONE}/answer", decide, name="apprenticeships.decide", allow=signed_in),
]
