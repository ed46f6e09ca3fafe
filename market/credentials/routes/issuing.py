"""Issuing: to one person, to many from a list, and the list of what was issued."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, Task, issues, require
from market.accounts.models import Organisation, Person
from market.accounts.queries import get_person
from market.accounts.rules import normal_address
from market.credentials import finding, issuing, many, queries, rules, sentences, sheet, shown
from market.credentials.finding import Before, Found
from market.credentials.forms import IssueForm
from market.credentials.issuing import Result
from market.credentials.models import Achievement, Issued
from market.credentials.routes.achievements import visible
from market.credentials.rules import Status
from market.errors import Forbidden, Invalid, NotFound, TooLarge
from market.rubrics.queries import RubricView, rubric_with_criteria
from market.web.forms import Entry, filled, read
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.rows import without_blank_rows, without_row
from market.web.uploads import uploads_of
from market.words import _, plural

SIZE = 30
MOST_ROWS = 8


def to_issue(db: Session, actor: Actor, public_id: str) -> tuple[Achievement, Organisation]:
    """An achievement that this actor may issue now, with its organisation."""
    found = visible(db, actor, public_id)
    organisation = db.get_one(Organisation, found.org_id)
    require(rules.may_issue(actor, found, is_verified=organisation.verified_at is not None))
    return found, organisation


def _rubric(db: Session, achievement: Achievement) -> RubricView | None:
    return rubric_with_criteria(db, achievement.rubric_id) if achievement.rubric_id else None


# -- to one


def page_issue(request: Request, db: Session, actor: Actor) -> Response:
    """The form to issue it to one person; `?person=` names one that is known, `?replaces=` what it takes the place of."""
    return issue_page(request, db, actor)


def issue_page(
    request: Request, db: Session, actor: Actor, entry: Entry[IssueForm] | None = None, *, add: bool = False
) -> Response:
    achievement, organisation = to_issue(db, actor, request.path_params["id"])
    old = _replaced(db, actor, request, achievement)
    named = str(entry.value("person") if entry else request.query_params.get("person", ""))
    person = None
    if old is not None:
        named = get_person_id(db, old)
    if named:
        person = get_person(db, named[:16])
        if finding.blocked(db, organisation.id, {person.id}):
            raise NotFound(_("There is no such person here."))
    months = achievement.valid_months
    runs_out = rules.months_after(clock.now(), months).date() if months else None
    values = entry or filled(valid_until=runs_out)
    there = len(values.rows("evidence"))
    return render(
        request,
        "credentials/issue.html",
        status=200 if add else values.status,
        achievement=achievement,
        organisation=organisation,
        entry=values,
        person=person,
        replaces=old,
        rubric=_rubric(db, achievement),
        rows=values.rows("evidence", there + add)[:MOST_ROWS],
        may_add=there < MOST_ROWS,
        say=sentences,
    )


def get_person_id(db: Session, issued: Issued) -> str:
    """The public id of a credential's holder."""
    return db.get_one(Person, issued.person_id).public_id


def _replaced(db: Session, actor: Actor, request: Request, achievement: Achievement) -> Issued | None:
    """The credential that the new one takes the place of, when one is named."""
    form: Mapping[str, Any] = getattr(request.state, "form", {})
    named = str(form.get("replaces") or request.query_params.get("replaces", ""))[:16]
    if not named:
        return None
    old = queries.readable(db, actor, named)
    if old.org_id != achievement.org_id:
        raise NotFound(_("There is no such credential."))
    return old


def issue(request: Request, db: Session, actor: Actor) -> Response:
    """Draft the credential; it is signed within seconds and then offered."""
    achievement, organisation = to_issue(db, actor, request.path_params["id"])
    raw: Mapping[str, Any] = request.state.form
    if raw.get("remove"):
        raw = without_row(raw, "evidence", str(raw["remove"]))
    entry = read(IssueForm, without_blank_rows(raw, "evidence", ("name",)))
    if raw.get("add") or raw.get("remove"):
        kept: Entry[IssueForm] = Entry({k: v for k, v in raw.items() if isinstance(v, str)})
        return issue_page(request, db, actor, kept, add=bool(raw.get("add")))
    old, rubric = _replaced(db, actor, request, achievement), _rubric(db, achievement)
    entry, who = _recipient(db, actor, achievement, organisation, entry, old)
    before = Before(0, "")
    if who is not None:
        given = finding.given_before(db, many.line_ids(db, achievement), [who.id])
        before = given.get(who.id, before)
        if before.in_force and (old is None or old.public_id != before.in_force):
            place = "email" if not entry.value("person") else "form"
            words = _("%(name)s has this already. Open that credential to replace it.", name=who.name)
            entry = entry.with_error(place, words)
    entry, results = _results(entry, rubric)
    if not entry.errors and entry.data.evidence and not entry.data.agreed:
        words = _("Ask first. What is named here can be read by whoever sees the credential.")
        entry = entry.with_error("agreed", words)
    if entry.errors or who is None:
        return issue_page(request, db, actor, entry)
    data = entry.data
    try:
        made = issuing.issue(
            db,
            actor,
            achievement,
            who.id,
            results=results,
            evidence=many.evidence_of(data.narrative, [(e.name, e.narrative, e.url) for e in data.evidence]),
            source=many.by_member(before.times),
            valid_until=many.end_of(data.valid_until, actor.time_zone),
            replaces=old,
        )
    except (Invalid, Forbidden) as refused:
        field = next(iter(getattr(refused, "fields", {})), "form")
        return issue_page(request, db, actor, entry.with_error(field, refused.reason))
    if old is not None and old.status in rules.STANDING:
        issuing.supersede(db, actor, old, made)
    said = _(
        "It is being signed, which takes a few seconds. %(name)s is told when it is ready.", name=who.name
    )
    return see_other(request, "credentials.show", id=made.public_id, said=said)


def _recipient(
    db: Session,
    actor: Actor,
    achievement: Achievement,
    organisation: Organisation,
    entry: Entry[IssueForm],
    old: Issued | None,
) -> tuple[Entry[IssueForm], Found | None]:
    """Who it goes to: a person that is known, or the one behind a confirmed address."""
    who: Found | None = None
    if old is not None or entry.value("person"):
        found = get_person(db, get_person_id(db, old) if old else str(entry.value("person"))[:16])
        if finding.blocked(db, organisation.id, {found.id}):
            raise NotFound(_("There is no such person here."))
        who, place = Found(found.id, found.public_id, found.display_name or ""), "form"
    else:
        place, address = "email", str(entry.value("email")).strip()
        if not address:
            return entry.with_error("email", _("Fill this in.")), None
        who = finding.by_address(db, organisation.id, [address]).get(normal_address(address))
        if who is None:
            return entry.with_error("email", many.nobody_there()), None
    allowed = rules.may_issue(
        actor,
        achievement,
        is_verified=organisation.verified_at is not None,
        to=queries.recipient(db, who.id),
    )
    return (entry, who) if allowed else (entry.with_error(place, allowed.reason), None)


def _results(entry: Entry[IssueForm], rubric: RubricView | None) -> tuple[Entry[IssueForm], list[Result]]:
    """The step reached in each criterion, from the fields `step-0`, `step-1`, …"""
    if rubric is None:
        return entry, []
    found: list[Result] = []
    for n, criterion in enumerate(rubric.criteria):
        text = str(entry.value(f"step-{n}"))
        if text not in ("0", "1", "2", "3", "4") or not criterion.steps[int(text)].anchor:
            entry = entry.with_error(f"step-{n}", _("Choose the step that was reached."))
        else:
            found.append(Result(criterion.id, int(text)))
    if len(found) == len(rubric.criteria):
        words = many.lacking(rubric, [one.step for one in found])
        if words is not None:
            entry = entry.with_error("step-0", words)
    return entry, found


# -- to many


def page_many(request: Request, db: Session, actor: Actor) -> Response:
    """The form to send a list."""
    return many_page(request, db, actor)


def many_page(
    request: Request,
    db: Session,
    actor: Actor,
    *,
    text: str = "",
    error: str = "",
    too_large: str = "",
    planned: list[many.Planned] | None = None,
    unknown: list[str] | None = None,
    changed: bool = False,
) -> Response:
    achievement, organisation = to_issue(db, actor, request.path_params["id"])
    rubric = _rubric(db, achievement)
    outcomes = [one.outcome for one in planned or []]
    return render(
        request,
        "credentials/many.html",
        status=409 if changed else 413 if too_large else 422 if error else 200,
        achievement=achievement,
        organisation=organisation,
        criteria=[c.name for c in rubric.criteria] if rubric else [],
        text=text,
        error=error,
        too_large=too_large,
        planned=planned,
        unknown=unknown or [],
        changed=changed,
        ready=outcomes.count(many.Outcome.READY),
        has_it=outcomes.count(many.Outcome.HAS_IT),
        wrong=outcomes.count(many.Outcome.WRONG),
        most=sheet.MOST_LINES,
    )


def check_many(request: Request, db: Session, actor: Actor) -> Response:
    """Read the list and say what each line would do; with `issue` and nothing changed since, do it."""
    achievement, _organisation = to_issue(db, actor, request.path_params["id"])
    raw, rubric = request.state.form, _rubric(db, achievement)
    text = str(raw.get("sheet") or "")
    try:
        sent = uploads_of(request, "file", 1)
    except TooLarge as refused:
        return many_page(request, db, actor, text=text, too_large=refused.reason)
    try:
        if sent:
            text = sheet.text_of(sent[0].content)
        if len(text) > sheet.MOST_TEXT:
            raise sheet.NotASheet(
                _("This list is too long. Send at most %(most)s lines.", most=sheet.MOST_LINES)
            )
        made = sheet.read_sheet(text, [c.name for c in rubric.criteria] if rubric else [])
    except sheet.NotASheet as cause:
        kept = text if len(text) <= sheet.MOST_TEXT else str(raw.get("sheet") or "")
        return many_page(request, db, actor, text=kept, error=str(cause))
    planned = many.plan(db, actor, achievement, made, rubric)
    ready = [one for one in planned if one.outcome is many.Outcome.READY]
    changed = bool(raw.get("issue")) and str(raw.get("ready") or "") != str(len(ready))
    if not raw.get("issue") or changed or not ready:
        return many_page(
            request, db, actor, text=text, planned=planned, unknown=made.unknown, changed=changed
        )
    given = many.issue_planned(db, actor, achievement, ready, rubric)
    said = plural(
        "One credential is being signed. Its holder is told when it is ready.",
        "%(n)s credentials are being signed. Their holders are told as each is ready.",
        len(given),
    )
    response = see_other(request, "credentials.issued", said=said)
    response.headers["location"] += f"?achievement={achievement.public_id}"
    return response


def example(request: Request, db: Session, actor: Actor) -> Response:
    """A list to begin with, with the columns that this achievement takes."""
    achievement, _organisation = to_issue(db, actor, request.path_params["id"])
    rubric = _rubric(db, achievement)
    text = sheet.example([c.name for c in rubric.criteria] if rubric else [])
    return Response(
        text.encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="people.csv"'},
    )


# -- what was issued


def issued(request: Request, db: Session, actor: Actor) -> Response:
    """Everything the actor's organisations issued, by state, of one achievement where one is named."""
    asked = request.query_params
    group = asked.get("show", "all")
    group = group if group in shown.GROUPS else "all"
    achievement = asked.get("achievement", "")[:16]
    after = decode(asked.get("after"), 1)
    at = after[0] if after and isinstance(after[0], int) else None
    orgs = actor.orgs_for(Task.ISSUE)
    rows = shown.issued(db, orgs, shown.GROUPS[group], SIZE, achievement=achievement, after=at)
    found = cut(rows, SIZE, lambda row: (row.id,))
    more = f"&achievement={achievement}" if achievement else ""
    here = request.url.path
    return render(
        request,
        "credentials/issued.html",
        group=group,
        rows=found.items,
        achievement=achievement,
        of=next((row.name for row in found.items), "") if achievement else "",
        making=finding.making(db, orgs),
        tabs={key: f"{here}?show={key}{more}" for key in shown.GROUPS},
        next=f"{here}?show={group}{more}&after={found.next}" if found.next else None,
        first=f"{here}?show={group}{more}" if at else None,
        say=sentences,
        Status=Status,
    )


_ID = "/achievements/{id}"
routes: list[MarketRoute] = [
    page("/issuing/credentials", issued, name="credentials.issued", allow=issues),
    page(_ID + "/issue", page_issue, name="credentials.issue", allow=issues),
    action(_ID + "/issue", issue, name="credentials.give", allow=issues, limit="issuing"),
    page(_ID + "/many", page_many, name="credentials.many", allow=issues),
    action(_ID + "/many", check_many, name="credentials.give_many", allow=issues, limit="issuing"),
    page(_ID + "/many/people.csv", example, name="credentials.example", allow=issues),
]
