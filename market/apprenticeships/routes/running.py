"""Pages of a programme that runs: its plan, mentoring and hours, beside the pages of the engagement."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, Task, signed_in
from market.apprenticeships import forms, naming, plan, queries, rules, sentences, service, watch
from market.apprenticeships.calendar import Dated, calendar
from market.apprenticeships.models import MentorSession
from market.apprenticeships.rules import PulseSide
from market.apprenticeships.timeline import State, counted
from market.engagements.models import Engagement
from market.engagements.routes.view import view_of
from market.errors import Invalid, NotFound
from market.profiles.queries import may_read
from market.programmes.models import ProgrammeVersion
from market.programmes.rules import Phase
from market.transitions import may_take
from market.web.forms import BLANK, Entry, filled, read
from market.web.kit import kit_of
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def view(
    request: Request, db: Session, actor: Actor, engagement: Engagement, version: ProgrammeVersion
) -> dict[str, Any]:
    """What each of these pages shows beside its own."""
    return {
        **view_of(request, db, actor, engagement),
        "version": version,
        "say": sentences,
        "is_running": service.is_running(engagement),
    }


def show(request: Request, db: Session, actor: Actor) -> Response:
    """The plan: what is overdue, now, next and done, and what to learn from."""
    engagement, version = queries.get_running(db, actor, request.path_params["id"])
    found = plan.plan_of(db, engagement, version, actor.time_zone)
    return render(
        request,
        "apprenticeships/plan.html",
        **view(request, db, actor, engagement, version),
        plan=found,
        counts=counted(found.entries),
        states=list(State)[:4],
        due_on=lambda day: service.due_on(engagement, day),
    )


def tick(request: Request, db: Session, actor: Actor) -> Response:
    """Through with something to learn from, or not after all."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    entry = read(forms.TickForm, request.state.form)
    if entry.errors:
        raise Invalid(_("Choose something of this programme."))
    service.tick(db, actor, engagement, entry.data.resource, entry.data.done)
    said = _("Ticked off.") if entry.data.done else _("It is open again.")
    return see_other(request, "apprenticeships.plan", id=engagement.public_id, said=said, anchor="learning")


def ics(request: Request, db: Session, actor: Actor) -> Response:
    """The plan as a calendar file."""
    engagement, version = queries.get_running(db, actor, request.path_params["id"])
    found = plan.plan_of(db, engagement, version, actor.time_zone)
    settings = kit_of(request).settings
    host = urlsplit(settings.public_url).hostname or "localhost"
    link = settings.public_url + str(
        request.app.url_path_for("apprenticeships.plan", id=engagement.public_id)
    )
    days = [
        Dated(f"{engagement.public_id}-{name}", f"{version.title}: {entry.thing.title}", on)
        for name, entry, on in plan.calendar_days(found)
        if entry.thing.what != "session"
    ]
    met = [(m.row, m.row.topic or _("Session with %(mentor)s", mentor=m.mentor)) for m in found.sessions]
    body = calendar(version.title, host, link, days, met, version.session_minutes)
    name = f"{engagement.public_id}.ics"
    return Response(
        body,
        media_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def to_read(request: Request, db: Session, actor: Actor, people: Iterable[str]) -> set[str]:
    """Of these public ids those whose profile the actor may read: the others are named without a link."""
    readers = kit_of(request).profile_readers
    return {one for one in people if may_read(db, actor, one, readers)}


def mentoring(request: Request, db: Session, actor: Actor) -> Response:
    """Sessions with their steps, the questions of the week, and who mentors."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    return _mentoring(request, db, actor, engagement)


def _mentoring(
    request: Request,
    db: Session,
    actor: Actor,
    engagement: Engagement,
    entry: Entry[Any] = BLANK,
    at: str = "",
) -> Response:
    """The page, also with a form that was refused: `at` names which."""
    _same, version = queries.get_running(db, actor, engagement.public_id)
    met = queries.sessions_of(db, engagement.id)
    mentors = queries.mentors_of(db, engagement)
    facts = rules.Log(clock.now(), actor.id, service.is_running(engagement), engagement.started_at)
    started = engagement.started_at
    week = rules.week_of(started.date(), clock.today()) if started else 0
    side = queries.side_of(db, actor, engagement)
    pulses = queries.pulses_of(db, engagement.id)
    decides = actor.may_for(Task.DECIDE, engagement.org_id) and actor.id != engagement.person_id
    return render(
        request,
        "apprenticeships/mentoring.html",
        status=entry.status,
        **view(request, db, actor, engagement, version),
        met=met,
        mentors=mentors,
        profiles=to_read(request, db, actor, (pid for _id, pid, _name in mentors)),
        steps={
            m.row.public_id: {
                name: bool(may_take(actor, m.row, name, facts))
                for name in ("confirm", "deny", "miss", "move")
            }
            | {"log": _may_write(actor, m.row)}
            for m in met
        },
        entry=entry if entry is not BLANK else _blank(actor, version),
        at=at,
        quiet=watch.quiet_of(db, engagement, version, clock.now())
        if service.is_running(engagement)
        else None,
        week=week,
        side=side,
        asked=[
            w
            for w in (week - 1, week)
            if side and rules.may_answer_pulse(w, week, (w, side) in pulses, service.is_running(engagement))
        ],
        pulses=[
            (w, pulses.get((w, PulseSide.TALENT)), pulses.get((w, PulseSide.MENTOR)))
            for w in range(week, 0, -1)
        ],
        may_change_mentor=decides and engagement.ended_at is None,
        others=queries.may_stand_in(db, engagement, Task.SUPERVISE) if decides else [],
    )


def _blank(actor: Actor, version: ProgrammeVersion) -> Entry[Any]:
    today = clock.today(actor.time_zone).isoformat()
    return filled(held_on=today, minutes=str(version.session_minutes))


def _may_write(actor: Actor, session: MentorSession) -> bool:
    """Is the form to write it down theirs? Whether its time is right is seen once it is filled in."""
    lifecycle = MentorSession.LIFECYCLE
    return lifecycle.has_step(session.status, "log") and bool(lifecycle.parties(actor, session))


def plan_session(request: Request, db: Session, actor: Actor) -> Response:
    """Put a session in the plan."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    entry = read(forms.PlanSession, request.state.form)
    if not entry.errors:
        try:
            when = forms.instant(entry.data.day, entry.data.at, actor.time_zone)
            service.plan_session(db, actor, engagement, when, entry.data.topic)
        except Invalid as refused:
            entry = Entry(entry.values, None, {"day": refused.reason})
    if entry.errors:
        return _mentoring(request, db, actor, engagement, entry, "plan")
    return _back(request, engagement, _("Planned. The other side was told."))


def log_session(request: Request, db: Session, actor: Actor) -> Response:
    """Write down a session that was held and was not planned."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    return _log(request, db, actor, engagement, None, "log")


def _log(
    request: Request,
    db: Session,
    actor: Actor,
    engagement: Engagement,
    session: MentorSession | None,
    at: str,
) -> Response:
    entry = read(forms.LogSession, request.state.form)
    if not entry.errors:
        try:
            when = forms.instant(entry.data.held_on, entry.data.held_at, actor.time_zone)
            service.log_session(
                db,
                actor,
                engagement,
                held_at=when,
                minutes=entry.data.minutes,
                note=entry.data.note,
                session=session,
            )
        except Invalid as refused:
            entry = Entry(entry.values, None, {"held_on": refused.reason})
    if entry.errors:
        return _mentoring(request, db, actor, engagement, entry, at)
    return _back(request, engagement, _("Written down. It counts once the other side confirms it."))


def session_step(request: Request, db: Session, actor: Actor) -> Response:
    """A step of one session: held, confirmed, denied, missed, moved."""
    engagement, session = queries.get_session(db, actor, request.path_params["session"])
    name = request.path_params["step"]
    if name not in ("log", "confirm", "deny", "miss", "move"):
        raise NotFound(_("There is no such step."))
    at = f"{name}-{session.public_id}"
    if name == "log":
        return _log(request, db, actor, engagement, session, at)
    if name == "confirm":
        service.confirm_session(db, actor, engagement, session)
        return _back(request, engagement, _("Confirmed. It counts."))
    if name == "miss":
        service.miss_session(db, actor, engagement, session)
        return _back(request, engagement, _("Noted. Plan another one when you can."))
    form: type[Any] = forms.Deny if name == "deny" else forms.PlanSession
    entry = read(form, request.state.form)
    if not entry.errors:
        try:
            if name == "deny":
                service.deny_session(db, actor, engagement, session, entry.data.note)
            else:
                when = forms.instant(entry.data.day, entry.data.at, actor.time_zone)
                service.move_session(db, actor, engagement, session, when)
        except Invalid as refused:
            entry = Entry(entry.values, None, {"day": refused.reason})
    if entry.errors:
        return _mentoring(request, db, actor, engagement, entry, at)
    said = _("The other side was told.") if name == "deny" else _("Moved. The other side was told.")
    return _back(request, engagement, said)


def _back(request: Request, engagement: Engagement, said: str, anchor: str = "sessions") -> Response:
    return see_other(request, "apprenticeships.mentoring", id=engagement.public_id, said=said, anchor=anchor)


def pulse(request: Request, db: Session, actor: Actor) -> Response:
    """The two answers of a week."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    entry = read(forms.PulseForm, request.state.form)
    if entry.errors:
        return _mentoring(request, db, actor, engagement, entry, "pulse")
    said = entry.data
    service.answer_pulse(
        db, actor, engagement, week=said.week, first=said.first, second=said.second, words=said.words
    )
    return _back(request, engagement, _("Thank you. Both of you can read it."), "pulse")


def change_mentor(request: Request, db: Session, actor: Actor) -> Response:
    """Somebody else mentors from now on."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    entry = read(forms.MentorForm, request.state.form)
    if not entry.errors:
        try:
            naming.change_mentor(db, actor, engagement, entry.data.mentor)
        except Invalid as refused:
            entry = Entry(entry.values, None, {"mentor": refused.reason})
    if entry.errors:
        return _mentoring(request, db, actor, engagement, entry, "mentor")
    return _back(request, engagement, _("Named. Everyone concerned was told."), "mentors")


def hours(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """Hours by day against the plan."""
    engagement, version = queries.get_running(db, actor, request.path_params["id"])
    days = queries.hours_of(db, engagement.id)
    today = clock.today(actor.time_zone)
    return render(
        request,
        "apprenticeships/hours.html",
        status=entry.status,
        **view(request, db, actor, engagement, version),
        days=days,
        load=queries.load_of(engagement, version, days, today),
        entry=entry if entry is not BLANK else filled(worked_on=today.isoformat(), phase=Phase.TASKS),
        phases=[(one.value, sentences.phase(one)) for one in Phase],
    )


def log_hours(request: Request, db: Session, actor: Actor) -> Response:
    """Write down what a day took."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    entry = read(forms.Hours, request.state.form)
    if not entry.errors:
        one = entry.data
        try:
            service.log_hours(
                db,
                actor,
                engagement,
                worked_on=one.worked_on,
                minutes=one.minutes,
                phase=one.phase,
                note=one.note,
            )
        except Invalid as refused:
            entry = Entry(entry.values, None, {"worked_on": refused.reason})
    if entry.errors:
        return hours(request, db, actor, entry)
    return see_other(request, "apprenticeships.hours", id=engagement.public_id, said=_("Written down."))


def void_hours(request: Request, db: Session, actor: Actor) -> Response:
    """Take an entry back."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    service.void_hours(db, actor, engagement, request.path_params["entry"])
    return see_other(request, "apprenticeships.hours", id=engagement.public_id, said=_("Taken back."))


_WORK = "/work/{id}"
routes: list[MarketRoute] = [
    page(f"{_WORK}/plan", show, name="apprenticeships.plan", allow=signed_in),
    page(f"{_WORK}/plan.ics", ics, name="apprenticeships.ics", allow=signed_in),
    action(f"{_WORK}/plan/tick", tick, name="apprenticeships.tick", allow=signed_in),
    page(f"{_WORK}/mentoring", mentoring, name="apprenticeships.mentoring", allow=signed_in),
    action(  # the other side is told of each, as of a message
        f"{_WORK}/sessions",
        plan_session,
        name="apprenticeships.plan_session",
        allow=signed_in,
        limit="messages",
    ),
    action(
        f"{_WORK}/sessions/held",
        log_session,
        name="apprenticeships.log_session",
        allow=signed_in,
        limit="messages",
    ),
    action(
        "/sessions/{session}/{step}",
        session_step,
        name="apprenticeships.session_step",
        allow=signed_in,
        limit="messages",
    ),
    action(f"{_WORK}/pulse", pulse, name="apprenticeships.pulse", allow=signed_in),
    action(f"{_WORK}/mentor", change_mentor, name="apprenticeships.change_mentor", allow=signed_in),
    page(f"{_WORK}/hours", hours, name="apprenticeships.hours", allow=signed_in),
    action(f"{_WORK}/hours/log", log_hours, name="apprenticeships.log_hours", allow=signed_in),
    action(
        f"{_WORK}/hours/{{entry:int}}/void", void_hours, name="apprenticeships.void_hours", allow=signed_in
    ),
]
